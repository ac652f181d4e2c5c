# METADATA
# title: Who may ask the OPA of compose.yaml, and what
# description: |
#   The gate, its two questions, and nothing else: nobody may read or change data and policy over the API, nor send
#   queries of their own. Bundles cannot define this package, because theirs are `gate` and `policy` only.
#   Of the gate's token, OPA knows the digest, so that no policy can give the token away.
package system.authz

default allow := false

allow if {
	crypto.sha256(input.identity) == data.change_gate.token_sha256
	input.method == "POST"
	input.path in questions

	# A question without it would be answered differently by the embedded engine.
	"strict-builtin-errors" in object.keys(input.params)
}

questions := {
	["v1", "data", "gate", "assessment"],
	["v1", "data", "policy", "revision"],
}
