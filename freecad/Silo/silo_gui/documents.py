"""Which FreeCAD document is which item, and from which revision it was loaded.  No Qt: works in freecadcmd
too."""

import html
import os
import re
import zipfile

import FreeCAD

from . import session

_inside = {}    # (document name, file) → the part number in the document itself
_bases = {}     # document name → (file, part number, revision that was loaded)


def entry_of(document):
    """The index's entry of the document's file, or None."""
    return entry_at(getattr(document, "FileName", "") or "")


def entry_at(path):
    """The index's entry of a file, or None."""
    if not path:
        return None
    try:
        return session.folder_of(path).entry(path)
    except Exception:    # a broken index is reported by whatever uses it
        return None


def part_number_of(document):
    """The part number by the working folder's index, else the one in the document itself; "" for none."""
    entry = entry_of(document)
    if entry:
        return entry["part_number"]
    key = (document.Name, getattr(document, "FileName", ""))
    if key not in _inside:
        _inside[key] = _own_word(document)
    return _inside[key]


def _own_word(document):
    """From a property of the document or from its Meta; or from one of its objects, where other Silo clients
    write it."""
    own = getattr(document, "SiloPartNumber", "") or document.Meta.get("SiloPartNumber", "")
    for thing in [] if own else document.Objects:
        own = getattr(thing, "SiloPartNumber", "")
        if own:
            break
    return str(own)


def mark(document, part_number, item_id):
    """Writes the item into the document, so that a copy elsewhere still knows it: as properties where this
    FreeCAD's documents can have them, else in the document's Meta (0.20)."""
    for name, value in (("SiloPartNumber", part_number), ("SiloItemId", item_id or "")):
        if hasattr(document, "addProperty"):
            if not hasattr(document, name):
                document.addProperty("App::PropertyString", name, "Silo", "This document's item in Silo")
            if getattr(document, name) != value:
                setattr(document, name, value)
        elif document.Meta.get(name) != value:
            document.Meta = dict(document.Meta, **{name: value})


def item_id_of(document):
    """The id of the item in the document itself, "" for none."""
    return str(getattr(document, "SiloItemId", "") or document.Meta.get("SiloItemId", ""))


# -- the revision that a document was loaded from -----------------------------------------------------
# The index says which revision the file is, and that can change under an open document (`silo get` in a
# terminal).  A check-in must name the revision that the document came from: only that protects others' work.

def loaded(document):
    """To be called once a document is open, and after a check-in."""
    entry = entry_of(document)
    if entry:
        _bases[document.Name] = (document.FileName, entry["part_number"], int(entry.get("revision") or 0))
    else:
        _bases.pop(document.Name, None)


def is_known(document):
    return _bases.get(document.Name, ("",))[0] == document.FileName


def base_of(document):
    """The revision, or None when it is unknown."""
    file, _, revision = _bases.get(document.Name, ("", "", None))
    return revision if file == document.FileName else None


def forget(name):
    _bases.pop(name, None)
    for key in [key for key in _inside if key[0] == name]:
        del _inside[key]


# -- assemblies ---------------------------------------------------------------------------------------

def linked_files(document):
    """Paths of the other documents that this one needs, directly or through others (App::Link and other
    external links); those that its file names but that aren't loaded, too."""
    own, found = os.path.abspath(document.FileName or ""), []
    for other in document.getDependentDocuments():
        path = os.path.abspath(other.FileName) if other.FileName else ""
        for each in [path] + _named_in(path):
            if each and each != own and each not in found:
                found.append(each)
    return found


def _named_in(path):
    """The targets of a saved document's external links."""
    try:
        with zipfile.ZipFile(path) as inside:
            text = inside.read("Document.xml").decode("utf-8", "replace")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return []
    names = {html.unescape(name) for name in re.findall(r'<XLink\b[^>]*\bfile="([^"]+)"', text)}
    return sorted(os.path.abspath(os.path.join(os.path.dirname(path), name)) for name in names)


def linked_part_numbers(document):
    """The items among the linked files."""
    numbers = []
    for path in linked_files(document):
        try:
            entry = session.folder_of(path).entry(path)
        except Exception:
            entry = None
        if entry and entry["part_number"] not in numbers:
            numbers.append(entry["part_number"])
    return numbers


def open_of(part_number):
    """The open document of an item, or None.  The working folder's file comes before copies of it."""
    copies = []
    for document in FreeCAD.listDocuments().values():
        if part_number_of(document).lower() == part_number.lower():
            if entry_of(document):
                return document
            copies.append(document)
    return copies[0] if copies else None
