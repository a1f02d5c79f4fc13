"""Backup and restore: the office in one file, out of one database and into another (docs/decisions/0018).

taken = take_backup(settings, target)             # while the office runs
restored = restore_backup(settings, file)         # into a place where nothing is yet
"""
