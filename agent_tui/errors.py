"""Every error the program raises on purpose.

    AgentTuiError
    ├── UsageError          the command line was wrong                          exit 2
    ├── ConfigError         a settings, centre or theme file is wrong           exit 78
    ├── InputError          a file to import, a blueprint or a scenario is wrong exit 65
    ├── PolicyError         the policy cannot be trusted, nothing may start      exit 78
    ├── EnvironmentError_   the machine or terminal cannot run this             exit 69
    │   ├── PortBusy
    │   └── TerminalUnfit
    ├── StoreError          a database on this machine                          exit 74
    │   ├── NewerDatabase
    │   ├── StoreLocked
    │   ├── DiskFull
    │   └── Corrupt
    ├── ConnectionError_    the other end                                       exit 75
    │   ├── Offline
    │   └── BadAnswer
    └── Refused             the other end decided against it                    exit 77

Each carries a message key and its arguments instead of text: the `cli` and the `tui` say it in the reader's
language. Exit codes follow sysexits.h.
"""

from __future__ import annotations


class AgentTuiError(Exception):
    """Base of all. `key` names a message in `i18n`, `args_` fills it."""

    exit_code = 70

    def __init__(self, key: str, **args_: object) -> None:
        super().__init__(key)
        self.key = key
        self.args_ = args_

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.args_.items())
        return f"{self.key}({inside})"


class UsageError(AgentTuiError):
    exit_code = 2


class ConfigError(AgentTuiError):
    exit_code = 78


class InputError(AgentTuiError):
    exit_code = 65


class PolicyError(AgentTuiError):
    exit_code = 78


class EnvironmentError_(AgentTuiError):
    exit_code = 69


class PortBusy(EnvironmentError_):
    pass


class TerminalUnfit(EnvironmentError_):
    pass


class StoreError(AgentTuiError):
    exit_code = 74


class NewerDatabase(StoreError):
    pass


class StoreLocked(StoreError):
    pass


class DiskFull(StoreError):
    pass


class Corrupt(StoreError):
    pass


class ConnectionError_(AgentTuiError):
    exit_code = 75


class Offline(ConnectionError_):
    pass


class BadAnswer(ConnectionError_):
    pass


class Refused(AgentTuiError):
    exit_code = 77
