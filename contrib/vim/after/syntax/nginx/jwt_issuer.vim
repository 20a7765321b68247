" Vim syntax file: the directives of nginx-jwt-issuer, in addition to those
" that Vim knows of nginx.  tools/docs.pl compares the names with the source.
"
" Vim reads it after its own syntax/nginx.vim, as after/syntax/nginx/*.vim of a
" folder of 'runtimepath': ~/.vim for one user.

" directives outside of our blocks, up to the end of their arguments

syn keyword ngxJwtIssuerDirective jwt_issuer_core_dump jwt_issuer_environment
      \ jwt_issuer_inject jwt_issuer_jwks jwt_issuer_jwks_max_age jwt_issuer_metadata
      \ jwt_issuer_require jwt_issuer_status jwt_issuer_thread_pool
      \ jwt_issuer_token
      \ jwt_issuer_wait jwt_issuer_zone
      \ nextgroup=ngxJwtIssuerArguments skipwhite skipempty

" in the other syntax/nginx.vim, that of Debian's nginx-common
syn cluster ngxDirectives add=ngxJwtIssuerDirective

syn region ngxJwtIssuerArguments contained
      \ start=+[^;{}[:space:]]+rs=s end=+[;{}]+me=s-1
      \ contains=ngxJwtIssuerParameter,ngxJwtIssuerVariable,ngxVariable,
      \ngxString,ngxBoolean,ngxInteger,ngxComment

" blocks: their directives are known nowhere else, many have common names.
" It begins where ngxBlock does, which it has to win against.

syn region ngxJwtIssuerBlock
      \ start=+\%(^\s*\)\=\<jwt_issuer_\%(aws\|defaults\|service\)\>[^;{}#]*{+
      \ end=+}+
      \ contains=ngxJwtIssuerBlockDirective,ngxJwtIssuerInner,ngxJwtIssuerKey,
      \ngxJwtIssuerParameter,ngxJwtIssuerVariable,ngxVariable,ngxString,
      \ngxBoolean,ngxInteger,ngxComment

syn keyword ngxJwtIssuerBlockDirective contained jwt_issuer_aws
      \ jwt_issuer_defaults jwt_issuer_service

" a directive is the first word of its statement: "profile" may also be an
" argument
syn match ngxJwtIssuerInner contained "\%([{;]\|^\)\@1<=\s*\zs\w\+\>"
      \ contains=ngxJwtIssuerInnerName
syn match ngxJwtIssuerKey contained "\%([{;]\|^\)\@1<=\s*\zskey\>"
      \ contains=ngxJwtIssuerInnerName
      \ nextgroup=ngxJwtIssuerSource skipwhite skipempty

syn keyword ngxJwtIssuerInnerName contained activate_after algorithm audience
      \ backdate ca_file claim connect_timeout credentials dualstack endpoint
      \ environment external_id fips header include issuer jti key lifetime
      \ not_before profile refresh region retire reuse role_arn
      \ role_session_name scope stale subject timeout

syn keyword ngxJwtIssuerSource contained ecs env file secretsmanager

" name=value

syn match ngxJwtIssuerParameter contained
      \ "\<\%(audience\|cluster\|container\|environment\|field\|format\)\ze="
syn match ngxJwtIssuerParameter contained
      \ "\<\%(auth\|header\|jwks\|scheme\|secret\|service\|subject\|token\)\ze="
syn match ngxJwtIssuerParameter contained "\<\%(variable\)\ze="

" variables, in strings and in arguments of any directive

syn match ngxJwtIssuerVariable containedin=ngxString,ngxBlock,ngxParam
      \ "\${\=jwt_issuer_\%(cache\|error\|exp\|expires\|form_\w\+\|jti_hash
      \\|kid\|service\|token\)\>}\="

hi def link ngxJwtIssuerDirective       ngxDirective
hi def link ngxJwtIssuerBlockDirective  ngxDirectiveBlock
hi def link ngxJwtIssuerInnerName       ngxDirective
hi def link ngxJwtIssuerSource          Keyword
hi def link ngxJwtIssuerParameter       PreProc
hi def link ngxJwtIssuerVariable        Special
