"""The settings in force, as the page shows them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from config.settings import Settings
from states.labels import Label

#: what a page never shows
SECRET = ("auth", "password", "secret", "token", "key")


#: what each setting is, in Chinese; the English stands beside the setting itself
ABOUT = {
    "home": "程序写下的一切所在的目录:数据库、密钥、文书、日志", "database_url": "案件数据库的地址;空:目录中的 SQLite",
    "language": "命令行的语言,以及未选语言的人的语言", "rule_pack": "未指定规则包的单位所用的规则包",
    "prefect": "启动并看护自己的 Prefect 服务", "prefect_port": "自己的 Prefect 服务的端口",
    "database_patience": "PostgreSQL 上一条语句最多几秒",
    "lease": "工作进程静默多少秒后,由他人接续其工作",
    "prefect_host": "自己的 Prefect 服务监听的地址;它不分权限", "prefect_url": "别处的 Prefect 服务的地址;空:用自己的",
    "prefect_auth": "Prefect 服务要求的 用户名:口令;空:无",
    "prefect_database_url": "自己的 Prefect 服务的数据库;空:目录中的 SQLite",
    "prefect_redis_url": "多个 Prefect 服务之间传递消息的 Redis",
    "work_pool": "办理批量等重活的 Prefect 工作池;空:由本系统的工作进程领取",
    "patience": "办理时最多等 Prefect 多少秒,之后直接办理", "smtp_host": "邮件服务器;空:不发邮件,通知留在收件箱",
    "smtp_port": "邮件服务器的端口", "smtp_starttls": "发信前要求加密", "smtp_user": "邮件服务器的账号;空:不登录",
    "smtp_password": "邮件服务器的口令", "mail_from": "全部邮件的发件人", "console_notices": "通知另写入 notices.log(试用)",
    "base_url": "办公室页面的地址;空:通知中写命令", "web": "提供办公室页面", "web_host": "页面监听的地址;前面应有反向代理",
    "web_port": "页面的端口", "https": "页面经 https 访问:会话只经加密传送", "public_desk": "职工无账号也可登记诉求",
    "oidc_issuer": "统一身份认证服务的地址;空:只用口令", "oidc_client_id": "本办公室在认证服务处的名称",
    "oidc_client_secret": "本办公室在认证服务处的密钥", "oidc_label": "统一身份认证按钮上的字",
    "log": "标准错误上日志的格式", "log_level": "本系统日志从哪一级起记录",
    "status_host": "不带页面的进程在何处回答健康状况和指标", "status_port": "其端口;0:不回答",
    "metrics_token": "从本机以外读取 /metrics 所用的令牌",
    "hooks_private": "回调可发往办公室内网地址", "demo": "演示办公室:登录页列出演示账号和口令",
}  # fmt: skip


@dataclass(frozen=True)
class SettingShown:
    """One setting: its variable, what it is, its value, and whether the environment says so."""

    name: str
    about: Label
    value: str
    given: bool


def settings_in_force(settings: Settings) -> list[SettingShown]:
    """All settings; secrets and the password within a database address are masked."""
    shown = []
    for name, field in Settings.model_fields.items():
        about = _about(name, field.description or "")
        shown.append(SettingShown(f"CONCORD_{name.upper()}", about, _shown(name, getattr(settings, name)), _given(name)))
    return shown


def _about(name: str, english: str) -> Label:
    return Label(ABOUT.get(name, english), english)


def _given(name: str) -> bool:
    return f"CONCORD_{name.upper()}" in {key.upper() for key in os.environ}


def _shown(name: str, value: object) -> str:
    if any(word in name for word in SECRET):
        return "••••••" if value else ""
    if name.endswith("_url") and "@" in str(value):
        from sqlalchemy import make_url

        return make_url(str(value)).render_as_string(hide_password=True)
    return str(value)
