
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_xml.h: just enough XML for the answers of STS and for errors: one
 * element by its name, the text in it.
 */


#ifndef JWTI_AWS_XML_H_INCLUDED
#define JWTI_AWS_XML_H_INCLUDED


#include "jwti_buf.h"


#pragma GCC visibility push(hidden)


/* of a document */
#define JWTI_AWS_XML_MAX  65536


/*
 * 1 when text begins like XML, is at most JWTI_AWS_XML_MAX bytes and has no
 * "<!": no DOCTYPE, CDATA or comment, in which an element could be hidden.
 */
int jwti_aws_xml_is_plain(jwti_str_t text);

/*
 * The first element of this very name in text, which jwti_aws_xml_is_plain()
 * or which is the content of such an element.  JWTI_OK: *content is a slice of
 * text.  JWTI_NOT_FOUND: no such element, or one without an end.
 */
jwti_rc_t jwti_aws_xml_element(jwti_str_t text, const char *name,
    jwti_str_t *content) JWTI_MUST_CHECK;

/*
 * Append what content stands for: the five entities of XML and references to
 * numbers are decoded to UTF-8.  JWTI_OK; JWTI_INVALID: it has an element or an
 * entity that is none; JWTI_NO_SPACE.
 */
jwti_rc_t jwti_aws_xml_text(jwti_buf_t *buf, jwti_str_t content)
    JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_AWS_XML_H_INCLUDED */
