"""The pages, a module a noun: a router, handlers of a dozen lines, and beside it what a page shows (`…_view`)."""
