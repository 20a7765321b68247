// token.js: what the module does, written for njs 0.7.  Its virtual machine
// lives for one request: a key cannot be kept, and of tokens only a constant.

import crypto_module from 'crypto';

const RSA = { RS256: 'SHA-256', RS512: 'SHA-512', PS256: 'SHA-256' };
const CURVES = { ES256: ['P-256', 'SHA-256'], ES384: ['P-384', 'SHA-384'] };

function answer(r, token, left) {
    r.return(200, '{"access_token":"' + token
                  + '","token_type":"Bearer","expires_in":' + left + '}');
}

function constant(r) {
    answer(r, kept.token, 600);
}

function bearer() {
    return 'Bearer ' + kept.token;
}

function text(alg) {
    const now = Math.floor(Date.now() / 1000);
    const header = { typ: 'JWT', alg: alg, kid: kept.kid };
    const claims = { sub: 'demo', typ: 'service', rnd: Date.now(), iat: now,
                     exp: now + 600 };
    return Buffer.from(JSON.stringify(header)).toString('base64url') + '.'
           + Buffer.from(JSON.stringify(claims)).toString('base64url');
}

async function sign(key, alg, input) {
    if (alg === 'HS256') {
        return crypto_module.createHmac('sha256', kept.secret).update(input)
               .digest('base64url');
    }

    let how, way;
    if (RSA[alg]) {
        how = { name: alg[0] === 'P' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5',
                hash: RSA[alg] };
        way = { name: how.name, saltLength: 32 };
    } else {
        how = { name: 'ECDSA', namedCurve: CURVES[alg][0] };
        way = { name: 'ECDSA', hash: CURVES[alg][1] };
    }

    const der = Buffer.from(kept[key], 'base64');
    const imported = await crypto.subtle.importKey('pkcs8', der, how, false,
                                                   ['sign']);
    const signature = await crypto.subtle.sign(way, imported, input);
    return Buffer.from(signature).toString('base64url');
}

async function minted(r) {
    const input = text(r.args.alg);
    const signature = await sign(r.args.key, r.args.alg, input);
    answer(r, input + '.' + signature, 600);
}

export default { constant, bearer, minted };
