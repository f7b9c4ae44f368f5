"""One name for Qt, whichever FreeCAD has.  FreeCAD's own `PySide` is the PySide2 or PySide6 that FreeCAD is linked
with; a PySide6 that happens to be installed beside an older FreeCAD must not be loaded into it.

The rest of the addon writes enums in full (Qt.ItemDataRole.UserRole), which both understand, and imports from
here what the two name differently."""

try:
    from PySide import QtCore, QtGui
    try:
        from PySide import QtWidgets
    except ImportError:
        QtWidgets = QtGui
except ImportError:    # outside FreeCAD: the test of names
    try:
        from PySide2 import QtCore, QtGui, QtWidgets
    except ImportError:
        from PySide6 import QtCore, QtGui, QtWidgets

Signal = QtCore.Signal
QAction = getattr(QtGui, "QAction", None) or QtWidgets.QAction


def run_dialog(dialog):
    """exec in Qt 6, exec_ in PySide2."""
    run = getattr(dialog, "exec", None) or dialog.exec_
    return run()
