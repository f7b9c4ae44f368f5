# The FreeCAD addon, as a folder that FreeCAD finds (Mod/Silo) or that is linked into the user's Mod.
silomoddir = $(datadir)/freecad/Mod/Silo
siloclientdir = $(silomoddir)/silo_client
siloguidir = $(silomoddir)/silo_gui
siloiconsdir = $(silomoddir)/icons
dist_silomod_DATA = freecad/Silo/package.xml freecad/Silo/LICENSE freecad/Silo/InitGui.py
dist_siloclient_DATA = \
	freecad/Silo/silo_client/__init__.py \
	freecad/Silo/silo_client/client.py \
	freecad/Silo/silo_client/config.py \
	freecad/Silo/silo_client/errors.py \
	freecad/Silo/silo_client/events.py \
	freecad/Silo/silo_client/file_state.py \
	freecad/Silo/silo_client/flows.py \
	freecad/Silo/silo_client/names.py \
	freecad/Silo/silo_client/place.py \
	freecad/Silo/silo_client/rebuild.py \
	freecad/Silo/silo_client/transfer.py \
	freecad/Silo/silo_client/wire.py \
	freecad/Silo/silo_client/working_folder.py
dist_silogui_DATA = \
	freecad/Silo/silo_gui/__init__.py \
	freecad/Silo/silo_gui/checkin.py \
	freecad/Silo/silo_gui/checkout.py \
	freecad/Silo/silo_gui/commands.py \
	freecad/Silo/silo_gui/dialogs.py \
	freecad/Silo/silo_gui/documents.py \
	freecad/Silo/silo_gui/forms.py \
	freecad/Silo/silo_gui/guard.py \
	freecad/Silo/silo_gui/leases.py \
	freecad/Silo/silo_gui/live.py \
	freecad/Silo/silo_gui/locking.py \
	freecad/Silo/silo_gui/newitem.py \
	freecad/Silo/silo_gui/open_item.py \
	freecad/Silo/silo_gui/panel.py \
	freecad/Silo/silo_gui/permissions.py \
	freecad/Silo/silo_gui/preferences.py \
	freecad/Silo/silo_gui/qt.py \
	freecad/Silo/silo_gui/repair.py \
	freecad/Silo/silo_gui/saves.py \
	freecad/Silo/silo_gui/session.py \
	freecad/Silo/silo_gui/start.py \
	freecad/Silo/silo_gui/tasks.py
dist_siloicons_DATA = \
	freecad/Silo/icons/ask.svg \
	freecad/Silo/icons/browser.svg \
	freecad/Silo/icons/check-in.svg \
	freecad/Silo/icons/check-out.svg \
	freecad/Silo/icons/lock.svg \
	freecad/Silo/icons/locked.svg \
	freecad/Silo/icons/locks.svg \
	freecad/Silo/icons/open.svg \
	freecad/Silo/icons/preferences-silo.svg \
	freecad/Silo/icons/release.svg \
	freecad/Silo/icons/sign-in.svg \
	freecad/Silo/icons/silo.svg \
	freecad/Silo/icons/undo.svg
EXTRA_DIST += package.xml
