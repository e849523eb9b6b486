"""Why the worker ended, for whoever reads its log: a line that says what to correct, a stack only for what nobody foresaw."""

import traceback
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import SettingsError

from activities.masking import mask_secrets
from worker.settings import WorkerSettings
from workflows.errors import CatalystError


def words_of_settings(error: ValidationError | SettingsError) -> list[str]:
    """A line for each variable that is missing or wrong, without its value: a URL may hold a password."""
    if isinstance(error, SettingsError):
        return [str(error)]
    return [
        f"{_variable(str(each['loc'][0]) if each['loc'] else '')}: {each['msg']}"
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def words_of(error: BaseException, settings: WorkerSettings) -> list[str]:
    """What to log of the failure that ended a worker with these settings, masked. Every cause of a group has its own."""
    return [mask_secrets(_words(each, settings)) for each in _causes(error)]


def _causes(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _causes(each)
    else:
        yield error


def _words(error: BaseException, settings: WorkerSettings) -> str:
    if isinstance(error, CatalystError):
        return f"{error}. {error.hint}" if error.hint else str(error)
    if isinstance(error, OSError):
        return _of_system(error, settings)
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_input=False, include_context=False)
        told = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found)
        return f"{error.title} is not valid: {'; '.join(told)}"
    return f"unexpected failure\n{''.join(traceback.format_exception(error)).rstrip()}"


def _of_system(error: OSError, settings: WorkerSettings) -> str:
    """With the variable that names the file, where one does."""
    if not error.filename:
        return error.strerror or str(error)
    name = next(
        (
            name
            for name, value in settings
            if isinstance(value, Path) and str(value) == error.filename
        ),
        None,
    )
    where = f"{_variable(name)}: " if name else ""
    return f"{where}{error.filename}: {error.strerror}"


def _variable(name: str) -> str:
    return f"{WorkerSettings.model_config['env_prefix']}{name}".upper()
