"""One name for Qt, whichever FreeCAD carries.  FreeCAD's own `PySide` leads to the PySide2 or PySide6 that
FreeCAD itself is linked with; a PySide6 that merely lies beside an older FreeCAD must not be loaded into it.

The rest of the addon writes enums in full (Qt.ItemDataRole.UserRole), which both know, and takes from here
what the two name differently."""

try:
    from PySide import QtCore, QtGui
    try:
        from PySide import QtWidgets
    except ImportError:
        QtWidgets = QtGui
except ImportError:    # outside of FreeCAD: the check of names
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
