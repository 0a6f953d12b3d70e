"""Logs that the central system asks for: named in the answer, uploaded afterwards."""

from collections.abc import Mapping
from typing import Any

import trio
from attrs import define, field

from ocppsim import clock
from ocppsim.actors.desk.block import Block, Decided, Handler, Life, Say
from ocppsim.actors.messages import Outcome
from ocppsim.actors.transfer import Failure, TransferFailed
from ocppsim.model.commands import Command, Trigger
from ocppsim.model.logs import (
    LogKind,
    UploadAnswer,
    UploadLog,
    UploadPhase,
    UploadProgress,
    UploadVerdict,
    file_name,
)
from ocppsim.protocol.session import Kind

_FAILURES = {
    Failure.BROKEN: UploadPhase.FAILED,
    Failure.DENIED: UploadPhase.PERMISSION_DENIED,
    Failure.BAD_LOCATION: UploadPhase.BAD_MESSAGE,
    Failure.NOT_SUPPORTED: UploadPhase.NOT_SUPPORTED,
}


@define(eq=False)
class Upload:
    """One kind of request has one upload at a time. It does not outlive the life: the next tells its end."""

    numbered: bool
    request: int | None = None
    phase: UploadPhase = UploadPhase.IDLE
    told: bool = True  # the central system has taken the phase
    scope: trio.CancelScope | None = field(default=None)

    @property
    def name(self) -> str:
        return "log" if self.numbered else "diagnostics"


class Logs(Block):
    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self.uploads = {numbered: self._recall(numbered) for numbered in (False, True)}

    @property
    def handlers(self) -> Mapping[type[Command[Any]], Handler]:
        return {UploadLog: self._upload}

    @property
    def triggers(self) -> Mapping[Trigger, Say]:
        return {
            Trigger.DIAGNOSTICS: lambda _: self._on_request(self.uploads[False]),
            Trigger.LOG: lambda _: self._on_request(self.uploads[True]),
        }

    # -- requests

    async def _upload(self, order: UploadLog) -> Decided[UploadAnswer]:
        memory, tracer = self.context.memory, self.context.tracer
        log = tracer.security_log if order.kind is LogKind.SECURITY else tracer.log
        lines = log.lines(order.since, order.until, memory.offset_s)
        if not lines or self.life.closing:
            return Decided(UploadAnswer(UploadVerdict.REJECTED))
        stamp = clock.moment(memory.now()).strftime("%Y%m%dT%H%M%S")
        name = file_name(self.context.specification.id, order.kind, stamp)
        content = "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace")
        upload = self.uploads[order.request is not None]
        busy = upload.phase is UploadPhase.UPLOADING
        verdict = UploadVerdict.ACCEPTED_CANCELED if busy else UploadVerdict.ACCEPTED
        return Decided(UploadAnswer(verdict, name), lambda: self._begin(upload, order, name, content))

    def _begin(self, upload: Upload, order: UploadLog, name: str, content: bytes) -> None:
        if upload.scope is not None:
            upload.scope.cancel()
            if upload.numbered:
                self._enter(upload, UploadPhase.FAILED)  # the end of that request
        upload.request, upload.scope = order.request, trio.CancelScope()
        task = f"{self.context.station.name}/{upload.name}"
        self.life.nursery.start_soon(self._run, upload, upload.scope, order, name, content, name=task)

    async def _run(
        self, upload: Upload, scope: trio.CancelScope, order: UploadLog, name: str, content: bytes
    ) -> None:
        with scope:
            self._enter(upload, UploadPhase.UPLOADING)
            end = await self._try(order, name, content)
            await trio.lowlevel.checkpoint_if_cancelled()
            upload.scope = None
            self._enter(upload, end)

    async def _try(self, order: UploadLog, name: str, content: bytes) -> UploadPhase:
        end = UploadPhase.FAILED
        for attempt in range(order.retries + 1):
            if attempt:
                await trio.sleep(order.retry_interval_s)
            await trio.lowlevel.checkpoint_if_cancelled()
            try:
                await self.context.transfers.upload(order.location, name, content)
            except TransferFailed as failure:
                self.context.tracer.note(f"{order.kind.value} log: {failure}")
                end = _FAILURES[failure.why]
                if failure.why.final:
                    break
            else:
                return UploadPhase.UPLOADED
        return end

    # -- what the central system hears

    def _enter(self, upload: Upload, phase: UploadPhase) -> None:
        upload.phase = phase
        self.context.board.show_upload(upload.name, phase)
        self._tell(upload)

    def _tell(self, upload: Upload) -> None:
        upload.told = False
        self._keep(upload)
        request, phase = upload.request, upload.phase

        def ended(outcome: Outcome) -> None:
            if outcome.why is None and (request, phase) == (upload.request, upload.phase):
                upload.told = True
                self._keep(upload)

        self.say(UploadProgress(phase, upload.numbered, request), ended=ended)

    def _on_request(self, upload: Upload) -> None:
        busy = upload.phase is UploadPhase.UPLOADING
        phase = UploadPhase.UPLOADING if busy else UploadPhase.IDLE
        request = upload.request if busy else None
        self.say(UploadProgress(phase, upload.numbered, request), Kind.TRIGGERED)

    def came_up(self, afresh: bool) -> None:
        del afresh
        for upload in self.uploads.values():
            if not upload.told:
                self._tell(upload)

    # -- what is kept

    def _keep(self, upload: Upload) -> None:
        kept = (
            None
            if upload.told and upload.scope is None
            else {"request": upload.request, "phase": upload.phase.name}
        )
        self.context.memory.keep(upload.name, kept)

    def _recall(self, numbered: bool) -> Upload:
        """What the last life left open has failed, and nobody knows it yet."""
        upload = Upload(numbered)
        kept = self.context.memory.blocks.get(upload.name)
        if isinstance(kept, dict):
            phase = UploadPhase[kept["phase"]]
            upload.request, upload.told = kept["request"], False
            upload.phase = UploadPhase.FAILED if phase is UploadPhase.UPLOADING else phase
        return upload
