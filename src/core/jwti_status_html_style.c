
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_status_html_style.c: the style sheet of the status page.  Colours are
 * named once for light and once for dark; every text on its ground has a
 * contrast of 4.5 or more.  Rows become cards where they
 * would not fit.
 */


#include "jwti_status_html.h"


const char  jwti_html_style[] =
    ":root{color-scheme:light dark;--paper:#fbfbf9;--ink:#1b1d1f;"
    "--dim:#5d6268;--line:#deded8;--band:#f3f3ee;--red:#a61b1b;--amber:#855300;"
    "--blue:#1d5a9e;--green:#256b3c}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#16181b;--ink:#e6e6e1;"
    "--dim:#a2a6ac;--line:#33363b;--band:#1e2125;--red:#ff8d85;--amber:#e8b45c;"
    "--blue:#86b7ef;--green:#7ecb97}}\n"

    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:80rem;padding:2.5rem 2rem 4rem;"
    "background:var(--paper);color:var(--ink);"
    "font:400 .9375rem/1.5 system-ui,sans-serif;"
    "font-variant-numeric:tabular-nums;overflow-wrap:anywhere}\n"
    "p{margin:.25rem 0;max-width:75ch}\n"
    "b,span,small,code,bdi{unicode-bidi:isolate}\n"
    "small{font-size:.8125rem;color:var(--dim);font-weight:400}\n"
    "code{font:.8125rem/1.45 ui-monospace,monospace;overflow-wrap:anywhere}\n"

    "header>p:first-child{font-size:.8125rem;color:var(--dim);margin:0}\n"
    "header>p:first-child>*{display:inline-block;margin-right:1.25rem}\n"
    "h1{font-size:1.75rem;line-height:1.2;font-weight:600;"
    "letter-spacing:-.015em;margin:.5rem 0}\n"
    "h2{font-size:1rem;font-weight:600;margin:0}\n"
    ".warning{border:1px solid var(--red);border-left-width:.375rem;"
    "padding:.625rem 1rem;margin:1.25rem 0;color:var(--red)}\n"

    ".facts{display:flex;flex-wrap:wrap;gap:.75rem 3rem;margin:1.75rem 0 "
    "2.5rem}\n"
    ".facts dt{font-size:.8125rem;color:var(--dim)}\n"
    ".facts dd{margin:0;font-size:1.125rem}\n"

    ".bar{display:flex;flex-wrap:wrap;align-items:flex-start;gap:.5rem 1rem}\n"
    "section>.bar{align-items:center;justify-content:space-between;"
    "margin-bottom:.5rem}\n"
    "table{width:100%;border-collapse:collapse}\n"
    "thead th{font-size:.8125rem;font-weight:400;color:var(--dim);"
    "padding:.375rem .75rem;text-align:left;vertical-align:bottom}\n"
    "tbody{border-top:1px solid var(--line)}\n"
    "td,tbody th{padding:.75rem;text-align:left;vertical-align:top;"
    "font-weight:400}\n"
    "thead .n,.n{text-align:right;white-space:nowrap}\n"
    "td small,th small{display:block}\n"
    "tbody th{min-width:10rem}\n"
    "tbody th b{font-weight:600}\n"
    "tbody th span{color:var(--dim)}\n"
    "td:first-child,th:first-child{padding-left:0}\n"
    "td:last-child,th:last-child{padding-right:0}\n"
    ".key code{display:block;width:22ch;word-break:break-all}\n"
    ".next,.state{white-space:nowrap}\n"
    "tbody .more td{padding:0 0 .75rem .75rem}\n"
    ".more p,.more .bar{margin:0 0 .5rem}\n"
    ".error bdi{white-space:pre-wrap}\n"

    ".state i{font-style:normal}\n"
    "tbody.ok .state{color:var(--green)}\n"
    "tbody.rotating .state{color:var(--blue)}\n"
    "tbody.failing .state,p.failing{color:var(--amber)}\n"
    "tbody.no_key .state,p.no_key{color:var(--red)}\n"
    "tbody.no_key .state,tbody.failing .state{font-weight:600}\n"

    "button{font:inherit;font-size:.8125rem;padding:.25rem .75rem;"
    "color:var(--ink);background:var(--band);border:1px solid var(--dim);"
    "border-radius:.25rem;cursor:pointer}\n"
    "button:hover{border-color:var(--ink)}\n"
    ":focus-visible{outline:2px solid var(--blue);outline-offset:2px}\n"
    "summary{font-size:.8125rem;padding:.3125rem 0;color:var(--dim);"
    "cursor:pointer}\n"
    "details[open]{flex-basis:100%}\n"
    "details form{margin:.5rem 0}\n"
    "details code{margin:0 .5rem;word-break:break-all}\n"
    "details small{display:inline}\n"

    "@media(max-width:70rem){\n"
    "table,tbody,tr,tbody th,td{display:block}\n"
    "thead{position:absolute;width:1px;height:1px;overflow:hidden;"
    "clip-path:inset(50%)}\n"
    "tbody{padding:1rem 0}\n"
    "tbody tr{display:grid;grid-template-columns:repeat(5,1fr);"
    "gap:.5rem 1rem}\n"
    "tbody th,tbody td,tbody .more td{padding:0;text-align:left}\n"
    "tbody th{grid-column:span 4}\n"
    "tbody .n{text-align:left}\n"
    "tbody .state{text-align:right}\n"
    ".key,.more td{grid-column:1/-1}\n"
    ".key code{width:auto}\n"
    ".next{grid-column:1/-1}\n"
    ".n::before,.next::before{content:attr(data-label);display:block;"
    "font-size:.8125rem;color:var(--dim)}\n"
    ".next small{display:inline;margin-left:.5rem}\n"
    "tbody .more{margin-top:.75rem}\n"
    "}\n"
    "@media(max-width:40rem){\n"
    "body{padding:1.25rem 1rem 3rem}\n"
    "h1{font-size:1.5rem}\n"
    ".facts{display:grid;grid-template-columns:1fr 1fr;gap:.75rem 1rem;"
    "margin:1.25rem 0 2rem}\n"
    "tbody tr{grid-template-columns:repeat(3,1fr)}\n"
    "tbody th{grid-column:span 2}\n"
    "}\n"
    "@media print{button,details{display:none}}\n";
