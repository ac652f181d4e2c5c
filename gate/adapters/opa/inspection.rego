# METADATA
# title: Syntax trees of policy modules
# description: |
#   Parses source given as input with the parser of the very OPA that will judge by it. Nothing of the policy is loaded
#   into the process that does this. What a tree is examined for is in the gate.
package change_gate.inspection

module := rego.parse_module(input.path, input.source)
