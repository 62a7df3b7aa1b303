#!/bin/sh
# A shell loop that accepts all pending requests with the AWS CLI, with the same checks before each confirm as a run makes.
# usage: accept.sh ENDPOINT GATEWAY
set -eu
endpoint=$1
gateway=$2
call() { aws "$@" --endpoint-url "$endpoint" --output json >/dev/null; }

call sts get-caller-identity
call ec2 describe-vpn-gateways
waiting=$(aws directconnect describe-virtual-interfaces --endpoint-url "$endpoint" --output text \
  --query "virtualInterfaces[?virtualInterfaceState=='confirming'].[virtualInterfaceId]")
for id in $waiting; do
  call directconnect describe-virtual-interfaces --virtual-interface-id "$id"
  call ec2 describe-vpn-gateways
  call directconnect confirm-private-virtual-interface --virtual-interface-id "$id" --virtual-gateway-id "$gateway"
done
