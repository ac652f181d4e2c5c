# METADATA
# title: Who may ask a local OPA, and what
# description: |
#   Loaded beside the policy into an `opa run --server` that the gate has started. Its data, which the gate makes for
#   each launch, holds the digest of that launch's token and the path of its question; nothing else is answered.
package system.authz

default allow := false

allow if {
	crypto.sha256(input.identity) == data.change_gate.guard.token_sha256
	input.method == "POST"
	input.path in data.change_gate.guard.paths

	# A question without it would be answered differently by the embedded engine.
	"strict-builtin-errors" in object.keys(input.params)
}
