"""How long Catalyst waits, how often it tries and what a cancel means, on one page.

Options are unpacked at the call, so the types of activity and answer stay known. Three habits:

* A *counted* step of a revision has one attempt here; `workflows.attempts` counts in the workflow, because a lost
  worker must not use up one of the three (FR-011) and a limit is waited for on a timer.
* What changes the cluster ends its cancellation before the next step begins: two deploys never overlap.
* What runs longer than a few seconds beats, so that a killed worker is noticed after `HEARTBEAT`, not at the limit.
"""

from datetime import timedelta

from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.workflow import (
    ActivityCancellationType,
    ActivityConfig,
    ChildWorkflowCancellationType,
    ChildWorkflowConfig,
    ParentClosePolicy,
)

from workflows import wire

ONCE = RetryPolicy(maximum_attempts=1)
"""The workflow decides about the next attempt."""
FOR_EVER = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=1),
)
"""Cleanup only: there is no state in which giving up would be right."""
HEARTBEAT = timedelta(seconds=10)
"""Activities beat every second or two; five missed beats mean that the worker is gone."""


def limited(
    config: ActivityConfig,
    *,
    attempt: timedelta | None = None,
    in_all: timedelta | None = None,
) -> ActivityConfig:
    """The same options with a limit known only at the call: of one attempt, or of all attempts together."""
    changed = config.copy()
    if attempt is not None:
        changed["start_to_close_timeout"] = attempt
    if in_all is not None:
        changed["schedule_to_close_timeout"] = in_all
    return changed


def named(config: ChildWorkflowConfig, workflow_id: str, summary: str) -> ChildWorkflowConfig:
    """The same options for one child; the summary is one line in Temporal's UI."""
    changed = config.copy()
    changed["id"] = workflow_id
    changed["static_summary"] = summary
    return changed


# --- attempts of a phase (FR-011) --------------------------------------------------------------------

MAX_ATTEMPTS = 3
"""Of one phase, when the platform is at fault or nobody knows."""
FIRST_PAUSE = timedelta(seconds=10)
"""Before the second attempt; long enough for a pod to come back."""
PAUSE_FACTOR = 6
"""10 s, 60 s: a control plane that restarts needs about a minute, and failing within it would throw the build's work
away; a person who waits hears of each attempt, and within 70 s of pauses that the platform is broken."""
FIRST_RECOVERY = timedelta(minutes=5)
MAX_RECOVERY = timedelta(hours=1)
MAX_RECOVERIES = 8
"""A revision that failed on the platform's side is tried again by itself after 5, 10, 20, 40 and then every 60
minutes: an outage of five hours mends itself, and a platform that is broken for good is not kept busy for ever.
Fewer than the revisions kept, which are what is counted."""
MAX_LOSSES = 20
"""Workers lost during one phase before it counts as the platform's failure: something kills them."""
LOSS_PAUSE = timedelta(seconds=1)
"""A stopped worker's successor polls already; this only keeps a crash loop from spinning."""
MAX_WAITS = 50
"""Known waits (limits, rates) in one phase; each is shown to people, and the revision's own limit ends them."""
DEFAULT_WAIT = timedelta(minutes=1)
"""For a limit without a time; GitHub asks for at least a minute then."""

# --- reading -----------------------------------------------------------------------------------------

READ_PULL_REQUEST = ActivityConfig(
    task_queue=wire.GITHUB_QUEUE,
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=ONCE,
    cancellation_type=ActivityCancellationType.TRY_CANCEL,
)
"""One attempt: the entity looks again with a pause of its own and says meanwhile why it waits."""
CLOSE_SETTLES = (timedelta(seconds=2), timedelta(seconds=5), timedelta(seconds=15))
"""After a close GitHub is asked again at these times while it says `open`; only the last such answer is believed.

Its replicas lag by less than a second as a rule, so 15 s are a wide margin; a reopening whose event was lost or
came first waits no longer than that, and it is rare.
"""
HEAD_SETTLES = (timedelta(seconds=1), timedelta(seconds=3), timedelta(seconds=8))
"""The same after a push, while GitHub tells another head: pauses of 1, 2 and 5 s. Nobody else would look again before
the reconcile does, minutes later."""
FIRST_LOOK_PAUSE = timedelta(seconds=1)
MAX_LOOK_PAUSE = timedelta(minutes=5)
LASTING_FAILURES = 12
"""Looks that fail in a row, about an hour, before what was heard counts as decided: to wait. History must not grow by it."""
"""Between looks at a pull request that could not be read; the reconcile's own rhythm."""
DOUBT_PAUSE = timedelta(minutes=10)
"""Between looks when repository or permission is gone: only a person can change that, and nothing is removed."""
MAX_GONE = 5
"""Head commits in a row that had vanished when they were fetched; then GitHub is wrong, and people are told."""
FIRST_GONE_PAUSE = timedelta(seconds=2)
"""After a head commit had vanished: the pull request's new head is about to be visible."""

LIST = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=2),
    retry_policy=RetryPolicy(maximum_attempts=2),
)
"""Reads of the reconcile. A failure is an answer too: nothing is decided, and the next round asks again."""
LIST_SOURCES = ActivityConfig(task_queue=wire.CONTROL_QUEUE, **LIST)
LIST_OPEN_PULL_REQUESTS = ActivityConfig(task_queue=wire.GITHUB_QUEUE, **LIST)
LIST_NAMESPACES = ActivityConfig(task_queue=wire.CLUSTER_QUEUE, **LIST)
LIST_RUNNING = ActivityConfig(task_queue=wire.CONTROL_QUEUE, **LIST)
LIST_REVISIONS = ActivityConfig(task_queue=wire.CONTROL_QUEUE, **LIST)
START_ENVIRONMENT = ActivityConfig(task_queue=wire.CONTROL_QUEUE, **LIST)

# --- one revision ------------------------------------------------------------------------------------

PLAN = ActivityConfig(
    task_queue=wire.GITHUB_QUEUE,
    start_to_close_timeout=timedelta(minutes=3),
    heartbeat_timeout=timedelta(seconds=30),
    retry_policy=ONCE,
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
"""A shallow fetch of one commit; three minutes are a large repository on a slow line."""
CHOOSE_NAMESPACE = ActivityConfig(
    task_queue=wire.CLUSTER_QUEUE,
    start_to_close_timeout=timedelta(seconds=30),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=ONCE,
    cancellation_type=ActivityCancellationType.TRY_CANCEL,
)
ENSURE_NAMESPACE = ActivityConfig(
    task_queue=wire.CLUSTER_QUEUE,
    start_to_close_timeout=timedelta(minutes=1),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=ONCE,
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
"""A dozen small writes; each has its own limit of half a minute."""
BUILD = ActivityConfig(
    task_queue=wire.BUILDS_QUEUE,
    start_to_close_timeout=timedelta(minutes=20),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=ONCE,
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
"""Cancel returns when Job and pods are gone: two builds of one pull request never overlap."""
READ_CHECK = READ_PULL_REQUEST
FIND_IMAGE = ActivityConfig(
    task_queue=wire.BUILDS_QUEUE,
    start_to_close_timeout=timedelta(minutes=1),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=ONCE,
    cancellation_type=ActivityCancellationType.TRY_CANCEL,
)
"""One look of a few requests. Waiting is the workflow's, on timers: no slot and no thread is held for twenty minutes,
and a cancel ends it at once."""
FIRST_IMAGE_PAUSE = timedelta(seconds=5)
MAX_IMAGE_PAUSE = timedelta(seconds=30)
"""Between looks at a check or an image that others make: with two hours, the longest a template may give, some 250
looks, which fit one history and GitHub's limits."""
COPY_SECRETS = ENSURE_NAMESPACE
ENSURE_CREDENTIALS = ENSURE_NAMESPACE
ENSURE_DIRECTORY = ENSURE_NAMESPACE
RESET_SERVICES = ActivityConfig(
    task_queue=wire.CLUSTER_QUEUE,
    start_to_close_timeout=timedelta(minutes=3),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=ONCE,
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
"""A database has half a minute to end, and its volume goes after that."""
RESTART_WORKLOADS = ENSURE_NAMESPACE
RESTORE_BACKUP = ActivityConfig(
    task_queue=wire.CLUSTER_QUEUE,
    start_to_close_timeout=timedelta(minutes=75),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=ONCE,
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
"""Two Jobs: one that reads a whole backup, for which it has an hour, and one that takes a moment. Cancel returns when
both are gone and the application runs again."""
BACK_UP_SERVICE = RESTORE_BACKUP
"""One Job with the same hour. A failure is told at once: whoever asked for it may ask again."""
DEPLOY = ActivityConfig(
    task_queue=wire.CLUSTER_QUEUE,
    start_to_close_timeout=timedelta(minutes=10),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=ONCE,
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
"""Helm without waiting for pods, but with the chart's own hooks. Cancel returns when its process has ended."""
ENSURE_ROUTE = ENSURE_NAMESPACE
READ_SERVING = ActivityConfig(
    task_queue=wire.CLUSTER_QUEUE,
    start_to_close_timeout=timedelta(seconds=5),
    schedule_to_close_timeout=timedelta(seconds=10),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=2),
)
"""One look, after a revision that was not brought up: whoever waits for its end is not kept for longer than that."""
ROLLOUT = ActivityConfig(
    task_queue=wire.CLUSTER_QUEUE,
    heartbeat_timeout=HEARTBEAT,
    retry_policy=ONCE,
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
"""Its limit is the template's, plus `GRACE`."""
HEALTH = ROLLOUT
SYNC_CODE = DEPLOY
"""A fetch of what has changed, which is then handed to a pod that may have to come up first; of a large repository
the first time takes minutes. Cancel returns when nothing is handed over any more."""
AWAIT_DEVELOPMENT = ROLLOUT
TOLD_FIRST = timedelta(seconds=20)
"""Of a pod that is not ready, its own development server knows the cause: it is heard before the rollout gives up."""
GRACE = timedelta(minutes=1)
"""On top of a limit that the activity keeps itself: it ends first and says what it saw (FR-018)."""

STOP_BUILDS = ActivityConfig(
    task_queue=wire.BUILDS_QUEUE,
    start_to_close_timeout=timedelta(minutes=5),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=FOR_EVER,
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
"""Invariant 6: nothing else of the environment begins before this has answered."""
SETTLE_RELEASE = ActivityConfig(
    task_queue=wire.CLUSTER_QUEUE,
    start_to_close_timeout=timedelta(minutes=5),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=FOR_EVER,
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
CONFIRM_PAUSE = timedelta(minutes=1)
"""Before asking once more, when the answer was an operator's to change."""
CONFIRM_AFTER_FAILURE = timedelta(minutes=2)
"""A failed revision's cause must reach people even while the cluster is away; the next revision asks again."""

REVISION = ChildWorkflowConfig(
    task_queue=wire.WORKFLOWS_QUEUE,
    execution_timeout=timedelta(hours=6),
    cancellation_type=ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    parent_close_policy=ParentClosePolicy.REQUEST_CANCEL,
    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
)
"""Longer than three attempts of every phase and a few hours of GitHub's limits; ids are never used twice."""

# --- removal -----------------------------------------------------------------------------------------

TEARDOWN = ChildWorkflowConfig(
    task_queue=wire.WORKFLOWS_QUEUE,
    parent_close_policy=ParentClosePolicy.ABANDON,
    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
)
"""Survives even a terminated parent and has no limit: it ends when the environment is gone."""
REMOVAL_POLL = timedelta(seconds=10)
"""Before a new life first asks again whether the former one's removal or revision has ended."""


def removal_poll(polls: int) -> timedelta:
    """Growing slowly, so that the wait is at most a quarter longer than needed, yet weeks of it fit one history."""
    return min(REMOVAL_POLL * 1.25 ** min(polls - 1, 100), MAX_BLOCKED_PAUSE)


KEEP_LOGS = ActivityConfig(
    task_queue=wire.CLUSTER_QUEUE,
    start_to_close_timeout=timedelta(minutes=1),
    schedule_to_close_timeout=timedelta(minutes=2),
    retry_policy=RetryPolicy(maximum_attempts=2),
    cancellation_type=ActivityCancellationType.TRY_CANCEL,
)
"""Logs are worth two minutes; a removal never waits longer for them."""
UNINSTALL = ActivityConfig(
    task_queue=wire.CLUSTER_QUEUE,
    start_to_close_timeout=timedelta(minutes=3),
    schedule_to_close_timeout=timedelta(minutes=5),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=RetryPolicy(maximum_attempts=3),
)
"""Lets a chart's delete hooks run. Bounded: deleting the namespace removes what Helm could not."""
SETTLE_BEFORE_REMOVAL = timedelta(minutes=5)
"""The same for a release that cannot be settled, and before that for a revision that is to stop; builds are stopped
without such a bound, as they survive a namespace."""
TELL_AFTER = timedelta(minutes=1)
"""Of a removal's step that waits for cluster or registry: then people read what blocks, and it is begun again (FR-008)."""


def told(config: ActivityConfig) -> ActivityConfig:
    """The same options with one attempt, whose failure is told at once instead of being tried again in silence."""
    changed = limited(config, in_all=TELL_AFTER)
    changed["retry_policy"] = ONCE
    return changed


DELETE_NAMESPACE = ActivityConfig(
    task_queue=wire.CLUSTER_QUEUE,
    start_to_close_timeout=timedelta(minutes=3),
    heartbeat_timeout=HEARTBEAT,
    retry_policy=ONCE,
)
"""Answers after a while with what blocks it; the workflow asks again until it is gone, and tells of outages (FR-008)."""
FIRST_BLOCKED_PAUSE = timedelta(seconds=2)
MAX_BLOCKED_PAUSE = timedelta(minutes=5)
"""Between looks at a namespace that does not go away."""
DELETE_IMAGES = ActivityConfig(
    task_queue=wire.BUILDS_QUEUE,
    start_to_close_timeout=timedelta(minutes=2),
    retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=5)),
)

# --- reporting ---------------------------------------------------------------------------------------

RECORD = ActivityConfig(
    task_queue=wire.CONTROL_QUEUE,
    start_to_close_timeout=timedelta(seconds=15),
    schedule_to_close_timeout=timedelta(minutes=1),
)
"""Given up after a minute, because a newer picture may wait by then."""
SUBMIT = RECORD
FIRST_PUBLISH_PAUSE = timedelta(seconds=15)
MAX_PUBLISH_PAUSE = timedelta(minutes=5)
"""After a picture could not be handed over; then the newest one is sent. An outage of days must not fill a history."""
WRITE_SURFACE = ActivityConfig(
    task_queue=wire.GITHUB_QUEUE,
    start_to_close_timeout=timedelta(minutes=1),
    retry_policy=ONCE,
    cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
)
"""The reporter decides what is written next after a failure: by then something newer may be wanted."""
WRITE_PAUSE = timedelta(seconds=1)
"""GitHub asks for a second between writes (80 a minute, 500 an hour)."""
FIRST_WRITE_BACKOFF = timedelta(seconds=5)
MAX_WRITE_BACKOFF = timedelta(minutes=5)
"""For one pull request whose write failed; the others go on."""
REFUSED_PAUSE = timedelta(minutes=15)
MAX_REFUSED_PAUSE = timedelta(hours=1)
"""Before a surface that GitHub refused (permission missing) is tried again; the pause doubles with each refusal."""
FINAL_REPORT = timedelta(minutes=10)
"""How long a removed environment waits to hear that GitHub shows it; the reporter goes on without it."""
