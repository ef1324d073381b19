"""`agent-tui admin devices|wipe|escrow`: which devices people work on, have one forget everything, and bring the sealed
commands that one left behind. An administrator signs in; the server does it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.cli import signed_in
from agent_tui.errors import InputError
from agent_tui.i18n.catalog import say

if TYPE_CHECKING:
    from agent_tui.client.api import Api
    from agent_tui.wire.device import Device, EscrowResult
    from agent_tui.wire.session import Session


class Devices:
    """List them, those seen last first."""

    def add_arguments(self, parser: argparse.ArgumentParser, language: str) -> None:
        signed_in.add_arguments(parser, language)

    def run(self, args: argparse.Namespace, language: str) -> int:
        from agent_tui.client import endpoints

        async def work(api: Api, _: Session) -> tuple[Device, ...]:
            return await endpoints.devices(api)

        for device in signed_in.run(args, language, work):
            print(f"{device.id}  {device.login:16}  {device.seen_at:26}  {_state(device, language)}")
        return 0


def _state(device: Device, language: str) -> str:
    if device.wiped_at:
        return say(f"vault.cli.is_wiped{'' if device.signed else '_unsigned'}", language, at=device.wiped_at)
    if device.revoked_at:
        return say("vault.cli.is_revoked", language, at=device.revoked_at)
    return say("vault.cli.in_use", language, unsent=device.unsent)


class Wipe:
    """One device must forget everything; it does when it next hears from the server."""

    def add_arguments(self, parser: argparse.ArgumentParser, language: str) -> None:
        parser.add_argument("device", metavar="DEVICE", help=say("vault.cli.device", language))
        signed_in.add_arguments(parser, language)

    def run(self, args: argparse.Namespace, language: str) -> int:
        """0 when the order stands. Refused for who is no administrator and for a device there is not."""
        from agent_tui.client import endpoints

        async def work(api: Api, _: Session) -> None:
            await endpoints.wipe(api, args.device)

        signed_in.run(args, language, work)
        print(say("vault.cli.ordered", language, device=args.device))
        return 0


class Escrow:
    """Bring boxes from a folder or a file; each one is decided by the server as its maker's."""

    def add_arguments(self, parser: argparse.ArgumentParser, language: str) -> None:
        parser.add_argument("place", type=Path, metavar="FILE", help=say("vault.cli.file", language))
        signed_in.add_arguments(parser, language)

    def run(self, args: argparse.Namespace, language: str) -> int:
        """0 when all could be opened, 65 when one could not. InputError where there are none."""
        from agent_tui.client import endpoints
        from agent_tui.wire.device import MAX_BOXES

        files = _boxes(args.place)

        async def work(api: Api, _: Session) -> list[EscrowResult]:
            results: list[EscrowResult] = []
            for at in range(0, len(files), MAX_BOXES):
                boxes = tuple(file.read_bytes() for file in files[at : at + MAX_BOXES])
                results += await endpoints.bring(api, boxes)
            return results

        results = signed_in.run(args, language, work)
        for file, result in zip(files, results, strict=True):
            print(f"{file.name}  {say(f'vault.cli.outcome.{result.outcome}', language)}")
        return InputError.exit_code if any(one.outcome == "unreadable" for one in results) else 0


def _boxes(place: Path) -> list[Path]:
    files = sorted(place.glob("*.box")) if place.is_dir() else [place]
    if not files or not all(file.is_file() for file in files):
        raise InputError("vault.cli.no_boxes", place=str(place))
    return files


DEVICES, WIPE, ESCROW = Devices(), Wipe(), Escrow()
