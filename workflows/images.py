"""Waiting for what others build: a named check first, then the image itself (ENV-013).

On timers of the workflow with one short activity a look, so that a wait of hours holds no worker and ends at once.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import workflow

from workflows import errors, policies
from workflows.attempts import PhaseFailedError, run_phase
from workflows.models import Phase, PrebuiltImage
from workflows.models import messages as m
from workflows.planning import backoff
from workflows.ports import GitHubPort, ImagePort
from workflows.progress import Progress

T = TypeVar("T")
PHASE = "image"


async def wait_for_image(
    request: m.RevisionInput, image: PrebuiltImage, progress: Progress
) -> m.BuildImageResult:
    """The image, pinned by digest. Raises PhaseFailedError."""
    with progress.timed(PHASE, Phase.BUILDING) as tell:
        wait = _Wait(request, image, tell)
        if image.check:
            await wait.for_check()
        return await wait.for_image()


class _Wait:
    """For one image and its check; both together have the image's limit."""

    def __init__(
        self, request: m.RevisionInput, image: PrebuiltImage, tell: Callable[[str], None]
    ) -> None:
        self._request = request
        self._image = image
        self._say = tell
        self._deadline: datetime = workflow.now() + timedelta(seconds=image.timeout_seconds)
        self._told = ""

    async def for_check(self) -> None:
        """Until it has succeeded."""
        name, commit = self._image.check, self._request.commit
        query = m.ReadCheckInput(pull_request=self._request.pull_request, commit=commit, name=name)
        found = m.ReadCheckResult(state="missing")

        async def look() -> bool | None:
            nonlocal found
            found = await self._run(
                lambda: workflow.execute_activity_method(
                    GitHubPort.read_check, query, **policies.READ_CHECK
                )
            )
            return True if found.state in ("succeeded", "failed") else None

        subject = f"check `{name}` of {commit[:7]}"
        await self._poll(look, f"waiting for {subject}")
        where = f": {found.url}" if found.url else ""
        if found.state == "failed":
            raise _failed(
                f"{subject} ended with {found.word}{where}",
                f"Image `{self._image.image}` is looked for once that check has succeeded. Mend it and push, or run"
                " it again and then `retry`.",
            )
        if found.state != "succeeded":
            stands = "was not there" if found.state == "missing" else f"was still {found.word}"
            raise _failed(
                f"{subject} {stands} after {self._limit()}{where}",
                "The name must be that of a check run or commit status of this commit. Correct it in the project's"
                " template, or give it more time there (`timeout_seconds`); then `retry`.",
            )

    async def for_image(self) -> m.BuildImageResult:
        """Until its registry has it."""
        query = m.FindImageInput(
            ref=self._request.ref, image=self._image, is_trusted=self._request.is_trusted
        )

        async def look() -> m.BuildImageResult | None:
            found = await self._run(
                lambda: workflow.execute_activity_method(
                    ImagePort.find_image, query, **policies.FIND_IMAGE
                )
            )
            return found.image

        found = await self._poll(look, f"waiting for image `{self._image.image}`")
        if found is None:
            raise _failed(
                f"image `{self._image.image}` was not in its registry after {self._limit()}",
                "See that what builds it pushes exactly this name and tag, or give it more time in the project's"
                " template (`timeout_seconds`); then `retry`.",
            )
        return found

    async def _poll(self, look: Callable[[], Awaitable[T | None]], words: str) -> T | None:
        """What a look has found; None when the time is over. The last look is made when it is."""
        looks = 0
        while True:
            found = await look()
            left = self._deadline - workflow.now()
            if found is not None or left <= timedelta(0):
                return found
            self._tell(words)
            looks += 1
            pause = backoff(looks, first=policies.FIRST_IMAGE_PAUSE, most=policies.MAX_IMAGE_PAUSE)
            await workflow.sleep(min(pause, left))

    async def _run(self, call: Callable[[], Awaitable[T]]) -> T:
        return await run_phase(PHASE, call, tell=self._tell, is_limit_final=False)

    def _tell(self, words: str) -> None:
        """Only what is new: every word is a signal in two histories."""
        if words != self._told:
            self._told = words
            self._say(words)

    def _limit(self) -> str:
        seconds = self._image.timeout_seconds
        return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"


def _failed(message: str, hint: str) -> PhaseFailedError:
    failure = errors.to_failure(errors.ImageError(message, hint=hint))
    return PhaseFailedError(failure.model_copy(update={"phase": PHASE}))
