# What this folder builds, installs and distributes.
noinst_LIBRARIES += libsilohttp.a
libsilohttp_a_SOURCES = \
	fcgi/http/body.c fcgi/http/body.h \
	fcgi/http/decode.c fcgi/http/decode.h \
	fcgi/http/disposition.c fcgi/http/disposition.h \
	fcgi/http/errors.c fcgi/http/errors.h \
	fcgi/http/form.c fcgi/http/form.h \
	fcgi/http/multipart.c fcgi/http/multipart.h \
	fcgi/http/query.c fcgi/http/query.h \
	fcgi/http/reader.h \
	fcgi/http/request.c fcgi/http/request.h \
	fcgi/http/response.c fcgi/http/response.h
