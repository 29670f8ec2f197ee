"""The way between screens: the key of a place always leads to that place, esc one step back.

Each of the first five places is a stack of its own: what is opened from it lies on it. Going to a place by its key
leaves what lies there; what lies on the others stays until somebody goes there by key, so that esc leads back to it.
Mixed into the app.
"""

from typing import TYPE_CHECKING, cast

from feeds.model import OutageRow
from tui.base_screen import VakenScreen

if TYPE_CHECKING:
    from tui.app import VakenApp


class GoingActions:
    """The actions ``go_…`` of the app, and what screens call to open others."""

    def _going_app(self) -> "VakenApp":
        return cast("VakenApp", self)

    async def _leave_down_to(self, height: int) -> None:
        """Leave the screens that lie above ``height`` of them; what is unfinished there is kept."""
        app = self._going_app()
        while len(app.screen_stack) > height:
            top = app.screen
            if isinstance(top, VakenScreen):
                top.keep_unfinished()
            await app.pop_screen()

    async def _go(self, mode: str) -> None:
        """Go to the first screen of a mode."""
        app = self._going_app()
        if app.current_mode != mode:
            await app.switch_mode(mode)
        if len(app.screen_stack) > 1:
            with app.batch_update():  # what is left is not shown once more on the way
                await self._leave_down_to(1)
        app.show_link()

    async def _go_over(self, kind: type[VakenScreen]) -> None:
        """Go to a screen that stands on any other: to the one that is open here, else to a new one."""
        app = self._going_app()
        for place in range(len(app.screen_stack) - 1, -1, -1):
            if isinstance(app.screen_stack[place], kind):
                with app.batch_update():
                    await self._leave_down_to(place + 1)
                return
        await app.push_screen(kind())

    def go_back(self) -> None:
        """Go one screen back; from the first screen of a mode, to the board."""
        app = self._going_app()
        if len(app.screen_stack) > 1:
            app.pop_screen()
        elif app.current_mode != "board":
            app.switch_mode("board")

    async def action_go_board(self) -> None:
        """Show the board."""
        await self._go("board")

    async def action_go_alarms(self) -> None:
        """Show the alarms."""
        await self._go("alarms")

    async def action_go_cases(self) -> None:
        """Show the cases."""
        await self._go("cases")

    async def action_go_counts(self) -> None:
        """Show the counts."""
        await self._go("counts")

    async def action_go_space(self) -> None:
        """Show SIM space."""
        await self._go("space")

    async def action_go_updates(self) -> None:
        """Show the updates of all outages."""
        from tui.screens.updates import UpdatesScreen

        await self._go_over(UpdatesScreen)

    async def action_go_facts(self) -> None:
        """Show the log of facts."""
        from tui.screens.facts import FactsScreen

        await self._go_over(FactsScreen)

    async def action_go_handover(self) -> None:
        """Show what changed since this person left."""
        from tui.screens.handover import HandoverScreen

        await self._go_over(HandoverScreen)

    async def show_cases(self, filter: str) -> None:
        """Show the cases that pass ``filter``."""
        from tui.screens.cases import CasesScreen

        await self._go("cases")
        screen = self._going_app().screen
        if isinstance(screen, CasesScreen):
            screen.show_filtered(filter)

    def open_outage(self, row: OutageRow) -> None:
        """Open the screen of one outage."""
        from tui.screens.outage import OutageScreen

        self._going_app().push_screen(OutageScreen(row))

    def action_look_up(self) -> None:
        """Look SIMs up."""
        from tui.screens.sims import SimsScreen

        self._going_app().push_screen(SimsScreen())
