# Makes the sample parts in t/project/demo/files: run once with FreeCAD's window (its pictures need it):
#   xvfb-run -a freecad t/project/demo/make-files.py
# A clamp lamp: base, bracket (three states), arm, shade, knob and the assembly of them.
import os
import sys
import FreeCAD as App
import FreeCADGui as Gui
import Part
from FreeCAD import Placement, Rotation, Vector
from PySide2 import QtWidgets

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")
STEEL, BRASS, RED, DARK = (0.70, 0.74, 0.80), (0.85, 0.68, 0.30), (0.80, 0.22, 0.18), (0.25, 0.27, 0.30)


def base():
    block = Part.makeBox(80, 60, 8)
    upright = [edge for edge in block.Edges if abs(edge.Vertexes[0].Z - edge.Vertexes[1].Z) > 1]
    plate = block.makeFillet(6, upright)
    for x, y in ((10, 10), (70, 10), (10, 50), (70, 50)):
        plate = plate.cut(Part.makeCylinder(3, 8, Vector(x, y, 0)))
    return plate.fuse(Part.makeCylinder(14, 22, Vector(40, 30, 0))).cut(
        Part.makeCylinder(8, 22, Vector(40, 30, 0))).removeSplitter()


def bracket(state):
    shape = Part.makeBox(40, 30, 5).fuse(Part.makeBox(5, 30, 45))
    if state > 1:
        shape = shape.cut(Part.makeCylinder(4, 5, Vector(26, 15, 0)))
        shape = shape.cut(Part.makeCylinder(4, 5, Vector(0, 15, 32), Vector(1, 0, 0)))
    if state > 2:
        rib = Part.Face(Part.makePolygon([Vector(5, 13, 5), Vector(30, 13, 5), Vector(5, 13, 30),
                                          Vector(5, 13, 5)])).extrude(Vector(0, 4, 0))
        shape = shape.fuse(rib)
    return shape.removeSplitter()


def arm():
    tube = Part.makeCylinder(8, 160).cut(Part.makeCylinder(6, 160))
    return tube.fuse(Part.makeSphere(11, Vector(0, 0, 160)))


def shade():
    return Part.makeCone(18, 52, 60).cut(Part.makeCone(16, 50, 60)).fuse(Part.makeCylinder(18, 12, Vector(0, 0, -12)))


def knob():
    grip = Part.makeCylinder(12, 10)
    for turn in range(8):
        notch = Part.makeCylinder(2.5, 10, Vector(12, 0, 0))
        notch.Placement = Placement(Vector(), Rotation(Vector(0, 0, 1), 45 * turn))
        grip = grip.cut(notch)
    return grip.fuse(Part.makeCylinder(4, 25, Vector(0, 0, 10)))


def lamp():
    return [("Base", base(), Placement(), DARK),
            ("Arm", arm(), Placement(Vector(40, 30, 10), Rotation(Vector(0, 1, 0), 12)), STEEL),
            ("Shade", shade(), Placement(Vector(78, 30, 180), Rotation(Vector(0, 1, 0), 125)), RED),
            ("Knob", knob(), Placement(Vector(40, 8, 12), Rotation(Vector(1, 0, 0), -90)), BRASS)]


def save(name, bodies):
    document = App.newDocument(name)
    for label, shape, placement, colour in bodies:
        feature = document.addObject("Part::Feature", label)
        feature.Shape = shape
        feature.Placement = placement
        feature.ViewObject.ShapeColor = colour
        feature.ViewObject.LineWidth = 1
    document.recompute()
    view = Gui.activeDocument().activeView()
    view.viewIsometric()
    view.fitAll()
    for _ in range(20):
        QtWidgets.QApplication.processEvents()
    document.saveAs(os.path.join(FOLDER, name + ".FCStd"))
    App.closeDocument(document.Name)


def main():
    settings = App.ParamGet("User parameter:BaseApp/Preferences/Document")
    settings.SetBool("SaveThumbnail", True)
    settings.SetInt("ThumbnailSize", 128)
    settings.SetBool("AddThumbnailLogo", False)
    settings.SetInt("CompressionLevel", 9)
    save("base", [("Base", base(), Placement(), DARK)])
    for state in (1, 2, 3):
        save("bracket-%d" % state, [("Bracket", bracket(state), Placement(), STEEL)])
    save("arm", [("Arm", arm(), Placement(), STEEL)])
    save("shade", [("Shade", shade(), Placement(), RED)])
    save("knob", [("Knob", knob(), Placement(), BRASS)])
    save("lamp", lamp())


try:
    main()
except Exception as problem:
    sys.stderr.write("make-files: %r\n" % problem)
os._exit(0)
