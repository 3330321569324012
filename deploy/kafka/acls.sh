#!/bin/sh
# Gives the user that `touchpoint serve` and `touchpoint intake` run as the rights that they need, and no others.
#
#   BOOTSTRAP=kafka-1:9092 COMMAND_CONFIG=admin.properties sh acls.sh
#
# Needs kafka-acls.sh of Kafka's bin folder on PATH. COMMAND_CONFIG is the file by which an administrator signs in.
# Topics under other names, and a group of another name, are given as in the configuration.
set -eu
: "${BOOTSTRAP:?set BOOTSTRAP to host:port of a broker}"
PRINCIPAL=${PRINCIPAL:-User:touchpoint}
GROUP=${GROUP:-touchpoint}
SOURCES=${SOURCES:-"orders logistics billing notifications contacts feedback incidents audits"}
OUTPUTS=${OUTPUTS:-"cx.events cx.alerts cx.journeys cx.dead-letters"}
# What `touchpoint intake` reads; it writes to the sources. `touchpoint produce` and `dead-letters redrive` write to them too.
INPUTS=${INPUTS:-""}
WRITES_SOURCES=${WRITES_SOURCES:-no}

acl() {
  kafka-acls.sh --bootstrap-server "$BOOTSTRAP" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} --add --allow-principal "$PRINCIPAL" "$@"
}

for topic in $SOURCES $INPUTS; do
  acl --operation Read --operation DescribeConfigs --topic "$topic"
done
if [ "$WRITES_SOURCES" = yes ] || [ -n "$INPUTS" ]; then
  for topic in $SOURCES; do acl --operation Write --topic "$topic"; done
fi
# What was said is read back after a loss of state, and for GET /v1/stream.
for topic in $OUTPUTS; do
  acl --operation Read --operation Write --operation DescribeConfigs --topic "$topic"
done
# GROUP itself, and those that begin with it: the intake's is GROUP-intake.
acl --operation Read --group "$GROUP" --resource-pattern-type prefixed
