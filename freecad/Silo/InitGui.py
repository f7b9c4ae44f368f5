"""FreeCAD runs this once when it starts: the workbench, and the guard that watches documents."""

import FreeCADGui


class SiloWorkbench(FreeCADGui.Workbench):
    """Toolbar, menu and locks panel; the work is in silo_gui."""

    MenuText = "Silo"
    ToolTip = "Check out, edit, check in: one person per part"

    def __init__(self):
        import silo_gui
        self.__class__.Icon = silo_gui.icon_path("silo")

    def Initialize(self):
        from silo_gui import commands, panel
        commands.register()
        self.appendToolbar("Silo", commands.TOOLBAR)
        self.appendMenu("&Silo", commands.MENU)
        panel.show()

    def GetClassName(self):
        return "Gui::PythonWorkbench"


FreeCADGui.addWorkbench(SiloWorkbench())


def _start():
    from silo_gui import start
    start.start()


_start()
