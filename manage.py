#!/usr/bin/env python
"""Django's command line. Commands that change the schema connect as the owner, the others as a worker."""

import os
import sys

SCHEMA_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "dbshell", "flush", "check"}


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ma_platform.settings")
    os.environ.setdefault("MA_PROCESS", "owner" if command in SCHEMA_COMMANDS else "worker")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
