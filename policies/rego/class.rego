# METADATA
# title: Change class
# description: |
#   Which class a change has: derived here, never taken from the caller's word. Emergency only if the change names an
#   incident that is declared, open and touches its service; standard if a lane matches; everything else is normal.
# custom:
#   control: CHG-10
package gate.class

import data.gate.lanes

# METADATA
# title: The change class
default name := "normal"

name := "emergency" if repairs_an_incident

name := "standard" if {
	not repairs_an_incident
	is_string(lanes.lane)
}

# METADATA
# description: Whether the incident that the change names is open.
repairs_an_incident if {
	some incident in input.incidents
	incident.name == input.change.incident
}
