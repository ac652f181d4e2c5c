# METADATA
# title: Capacity
# description: |
#   No more changes are in flight in an environment than people can watch: of one team, and altogether. A change that
#   finds no room waits; nobody knows how long, since room comes when another change is finished.
# custom:
#   control: CHG-04
package gate.steps.capacity

import data.gate.lib.words

default verdict := {"status": "failed", "reasons": [{"code": "no_rule", "message": "no rule of this step applied"}]}

verdict := {"status": "satisfied", "reasons": [{"code": "room", "message": message}]} if {
	input.load.team < capacity.per_team
	input.load.environment < capacity.per_environment
	message := sprintf("%s in flight in %s, %d of them of %s", [
		words.amount(input.load.environment, "change"),
		input.environment.name,
		input.load.team,
		input.service.owners,
	])
}

verdict := {"status": "waiting", "until_ns": null, "reasons": array.concat(team_full, environment_full)} if {
	count(array.concat(team_full, environment_full)) > 0
}

capacity := data.policy.process.capacity

team_full := [{"code": "team_full", "message": message} |
	input.load.team >= capacity.per_team
	message := sprintf("%s has %s in flight in %s, the most it may; this one goes on when one of them is finished", [
		input.service.owners,
		words.amount(input.load.team, "change"),
		input.environment.name,
	])
]

environment_full := [{"code": "environment_full", "message": message} |
	input.load.environment >= capacity.per_environment
	message := sprintf("%s has %s in flight, the most it may; this one goes on when one of them is finished", [
		input.environment.name,
		words.amount(input.load.environment, "change"),
	])
]
