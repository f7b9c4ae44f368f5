"""Which FreeCAD document is which item."""

import os

import FreeCAD

from . import session


def part_number_of(document):
    """The part number, or "": by the working folder's index, else by what the document says itself."""
    path = getattr(document, "FileName", "") or ""
    if path:
        try:
            entry = session.folder_of(path).entry(path)
        except (OSError, ValueError):
            entry = None
        if entry:
            return str(entry.get("part_number") or "")
    return str(getattr(document, "SiloPartNumber", "") or document.Meta.get("SiloPartNumber", ""))


def mark(document, item):
    """Writes the item into the document, so that a copy elsewhere still knows it: as properties where
    this FreeCAD's documents take them, else in the document's Meta."""
    for name, value in (("SiloPartNumber", item["part_number"]), ("SiloItemId", item["id"])):
        if hasattr(document, "addProperty"):
            if not hasattr(document, name):
                document.addProperty("App::PropertyString", name, "Silo", "This document's item in Silo")
            if getattr(document, name) != value:
                setattr(document, name, value)
        elif document.Meta.get(name) != value:
            document.Meta = dict(document.Meta, **{name: value})


def linked_files(document):
    """Paths of other documents that this one links to, itself left out (App::Link, external links)."""
    found, waiting, seen = [], [document], {document.Name}
    while waiting:
        for other in waiting.pop().getDependentDocuments() if hasattr(document, "getDependentDocuments") else []:
            if other.Name not in seen:
                seen.add(other.Name)
                waiting.append(other)
                if other.FileName:
                    found.append(os.path.abspath(other.FileName))
    for item in document.Objects:
        target = getattr(item, "LinkedObject", None)
        path = getattr(getattr(target, "Document", None), "FileName", "")
        if path and os.path.abspath(path) != os.path.abspath(document.FileName or "") and os.path.abspath(path) not in found:
            found.append(os.path.abspath(path))
    return found


def linked_part_numbers(document):
    """Those of the linked files that belong to Silo."""
    numbers = []
    for path in linked_files(document):
        entry = session.folder_of(path).entry(path)
        if entry and entry.get("part_number"):
            numbers.append(entry["part_number"])
    return numbers


def open_of(part_number):
    """The open document of an item, or None."""
    for document in FreeCAD.listDocuments().values():
        if part_number_of(document).lower() == part_number.lower():
            return document
    return None
