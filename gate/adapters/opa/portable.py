"""Which of OPA's built-in functions a policy may use: those whose answer depends on their arguments alone.

The same facts at the same revision must give the same verdicts on any engine, any machine, any year, so whatever reads
a clock, chance, the network or the process is left out. It is a list of what is allowed: a built-in that a later OPA
brings is refused until somebody has looked at it. A test holds both lists against what each OPA says it has.
"""

from typing import Final

PORTABLE: Final = frozenset(
    """
    abs ceil div floor minus mul numbers.range numbers.range_step plus rem round
    bits.and bits.lsh bits.negate bits.or bits.rsh bits.xor
    assign eq equal gt gte lt lte neq internal.member_2 internal.member_3
    count max min product sort sum
    and intersection or union
    array.concat array.flatten array.reverse array.slice
    object.filter object.get object.keys object.remove object.subset object.union object.union_n
    concat contains endswith format_int indexof indexof_n lower replace split sprintf startswith substring
    strings.any_prefix_match strings.any_suffix_match strings.count strings.render_template strings.replace_n
    strings.reverse strings.split_n
    trim trim_left trim_prefix trim_right trim_space trim_suffix upper
    regex.find_all_string_submatch_n regex.find_n regex.globs_match regex.is_valid regex.match regex.replace regex.split
    regex.template_match glob.match glob.quote_meta
    base64.decode base64.encode base64.is_valid base64url.decode base64url.encode base64url.encode_no_pad
    hex.decode hex.encode
    json.filter json.is_valid json.marshal json.marshal_with_options json.patch json.remove json.unmarshal
    yaml.is_valid yaml.marshal yaml.unmarshal
    uri.is_valid uri.parse urlquery.decode urlquery.decode_object urlquery.encode urlquery.encode_object
    crypto.hmac.equal crypto.hmac.md5 crypto.hmac.sha1 crypto.hmac.sha256 crypto.hmac.sha512 crypto.md5 crypto.sha1
    crypto.sha256 crypto.parse_private_keys crypto.x509.parse_certificate_request crypto.x509.parse_certificates
    crypto.x509.parse_keypair crypto.x509.parse_rsa_private_key
    io.jwt.decode io.jwt.verify_eddsa io.jwt.verify_es256 io.jwt.verify_es384 io.jwt.verify_es512 io.jwt.verify_hs256
    io.jwt.verify_hs384 io.jwt.verify_hs512 io.jwt.verify_ps256 io.jwt.verify_ps384 io.jwt.verify_ps512
    io.jwt.verify_rs256 io.jwt.verify_rs384 io.jwt.verify_rs512
    graph.reachable graph.reachable_paths walk
    graphql.is_valid graphql.parse graphql.parse_and_verify graphql.parse_query graphql.parse_schema
    graphql.schema_is_valid
    is_array is_boolean is_null is_number is_object is_set is_string to_number type_name
    net.cidr_contains net.cidr_contains_matches net.cidr_expand net.cidr_intersects net.cidr_is_valid net.cidr_merge
    net.cidr_overlap
    semver.compare semver.is_valid units.parse units.parse_bytes uuid.parse
    time.add_date time.clock time.date time.diff time.format time.parse_duration_ns time.parse_ns
    time.parse_rfc3339_ns time.weekday
    print rego.metadata.chain rego.metadata.rule trace
    """.split()  # noqa: SIM905  # as a list literal, with 400 quotation marks, nobody would read it
)

_CLOCK: Final = "reads the clock"
_CHANCE: Final = "depends on chance"
_OUTSIDE: Final = "reaches outside of the process"
_PROCESS: Final = "looks into the process that it runs in"
_INTERNAL: Final = "is OPA's own"
_GONE: Final = "is no longer part of Rego"

REFUSED: Final = {
    "time.now_ns": _CLOCK,
    "io.jwt.decode_verify": _CLOCK,
    "crypto.x509.parse_and_verify_certificates": _CLOCK,
    "crypto.x509.parse_and_verify_certificates_with_options": _CLOCK,
    "rand.intn": _CHANCE,
    "uuid.rfc4122": _CHANCE,
    "io.jwt.encode_sign": _CHANCE,
    "io.jwt.encode_sign_raw": _CHANCE,
    "http.send": _OUTSIDE,
    "net.lookup_ip_addr": _OUTSIDE,
    "json.match_schema": _OUTSIDE,  # a schema's remote references are fetched
    "json.verify_schema": _OUTSIDE,
    "providers.aws.sign_req": _OUTSIDE,
    "opa.runtime": _PROCESS,
    "rego.parse_module": _PROCESS,
    "internal.print": _INTERNAL,
    "internal.template_string": _INTERNAL,
    "internal.test_case": _INTERNAL,
    "all": _GONE,
    "any": _GONE,
    "cast_array": _GONE,
    "cast_boolean": _GONE,
    "cast_null": _GONE,
    "cast_object": _GONE,
    "cast_set": _GONE,
    "cast_string": _GONE,
    "re_match": _GONE,
    "set_diff": _GONE,
}
"""What the OPAs known here bring besides, with the reason against it."""
