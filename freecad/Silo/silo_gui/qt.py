"""One name for Qt, whichever FreeCAD carries: PySide6, PySide2 or FreeCAD's own PySide."""

try:
    from PySide6 import QtCore, QtGui, QtWidgets
except ImportError:
    try:
        from PySide2 import QtCore, QtGui, QtWidgets
    except ImportError:
        from PySide import QtCore, QtGui
        QtWidgets = QtGui

Signal = QtCore.Signal


def run_dialog(dialog):
    """exec_ in Qt 5, exec in Qt 6."""
    return dialog.exec_() if hasattr(dialog, "exec_") else dialog.exec()
