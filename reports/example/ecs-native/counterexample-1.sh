#!/bin/sh
# The steps of counterexample-1.json with curl.
# Promise: a resize that is rolled back leaves the flavor of before [revert-resize:5, revert-resize:11-15, statuses:58-60]
# Needs curl, sed, jq. The script creates resources and does not delete them.
set -eu
# The mock: probity mock --suite ecs-native --fault revert-resize.rolls-back/skips/server.flavor --listen 127.0.0.1:8774
: "${ENDPOINT:=http://127.0.0.1:8774}"
: "${OWNER_X_AUTH_TOKEN:=owner-token}"

response=$(mktemp) headers=$(mktemp) signed=$(mktemp) content=$(mktemp)
trap 'rm -f "$response" "$headers" "$signed" "$content"' EXIT
request() { # METHOD PATH [options of curl], or METHOD PATH --sign CALLER BODY [options of probity sign]
  method=$1 target=$2
  shift 2
  : >"$response"
  if [ "${1:-}" = --sign ]; then
    caller=$2
    printf '%s' "$3" >"$content"
    shift 3
    if [ -s "$content" ]; then set -- --body "$content" "$@"; fi
    "${PROBITY:-probity}" sign --profile "$PROFILE" --endpoint "$ENDPOINT" --caller "$caller" "$@" \
      "$SUITE" "$method" "$target" >"$signed" || exit 1
    set -- -H "@$signed"
    if [ -s "$content" ]; then set -- "$@" --data-binary "@$content"; fi
  else
    set -- -H 'accept: application/json' "$@"
  fi
  if [ "$method" = HEAD ]; then set -- --head "$@"; else set -- -X "$method" "$@"; fi
  status=$(curl -sS -g --path-as-is --max-time 60 -o "$response" -D "$headers" -w '%{http_code}' \
    "$@" "$ENDPOINT$target")
}
encode() { # TEXT, percent-encoded for an address
  case $1 in
    *[!A-Za-z0-9._~-]*) printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g' ;;
    *) printf '%s' "$1" ;;
  esac
}
show() {
  printf '%s %s\n  -> %s ' "$method" "$target" "$status"
  tr -d '\000-\037' <"$response" | cut -c 1-2000
  echo
}
send() {
  request "$@"
  show
}
await() { # SECONDS STATUS PART-OF-BODY METHOD PATH [options of curl]
  left=$1 wanted=$2 part=$3
  shift 3
  while :; do
    request "$@"
    if [ "$status" = "$wanted" ] && tr -d ' \n\t' <"$response" | grep -qF -- "$part"; then break; fi
    left=$((left - 1))
    if [ "$left" -le 0 ]; then echo "the awaited response did not come"; break; fi
    sleep 1
  done
  show
}
require_id() {
  if [ -z "$2" ]; then echo "the response has no id for $1" >&2; exit 1; fi
}

# Step 1: createServer
send POST '/v2/0a1b2c3d4e5f40718293a4b5c6d7e8f9/servers' -H "x-auth-token: ${OWNER_X_AUTH_TOKEN}" -H 'X-OpenStack-Nova-API-Version: 2.20' \
  -H 'content-type: application/json' --data-raw '{"server":{"availability_zone":"zone-1","flavorRef":"s2.medium.2","imageRef":"3a0c1d5e-5c5f-4f0e-9d0a-6b1f2f3c4d01","key_name":"key-one","name":"s","networks":[{"uuid":"7be1a2c4-0f3d-4b7a-8a51-2f60b1d7ce01"}]}}'
server_1=$(jq -r 'getpath(["server","id"])' "$response")
require_id server_1 "$server_1"
server_1_in_address=$(encode "$server_1")

# After step 1: showServer, until the response is as in the run.
await 60 202 '"status":"BUILD"' GET '/v2/0a1b2c3d4e5f40718293a4b5c6d7e8f9/servers/'"${server_1_in_address}"'' -H "x-auth-token: ${OWNER_X_AUTH_TOKEN}"

# After step 1: listServersDetail, until the response is as in the run.
await 180 200 '' GET '/v2/0a1b2c3d4e5f40718293a4b5c6d7e8f9/servers/detail' -H "x-auth-token: ${OWNER_X_AUTH_TOKEN}"

# Step 2: resize
send POST '/v2/0a1b2c3d4e5f40718293a4b5c6d7e8f9/servers/'"${server_1_in_address}"'/action' -H "x-auth-token: ${OWNER_X_AUTH_TOKEN}" \
  -H 'content-type: application/json' --data-raw '{"resize":{"flavorRef":"s2.small.1"}}'

# After step 2: showServer, until the response is as in the run.
await 60 202 '"status":"ACTIVE"' GET '/v2/0a1b2c3d4e5f40718293a4b5c6d7e8f9/servers/'"${server_1_in_address}"'' -H "x-auth-token: ${OWNER_X_AUTH_TOKEN}"

# After step 2: listServersDetail, until the response is as in the run.
await 1800 200 '' GET '/v2/0a1b2c3d4e5f40718293a4b5c6d7e8f9/servers/detail' -H "x-auth-token: ${OWNER_X_AUTH_TOKEN}"

# Step 3: revertResize
send POST '/v2/0a1b2c3d4e5f40718293a4b5c6d7e8f9/servers/'"${server_1_in_address}"'/action' -H "x-auth-token: ${OWNER_X_AUTH_TOKEN}" \
  -H 'content-type: application/json' --data-raw '{"revertResize":null}'

# After step 3: showServer, until the response is as in the run.
await 60 202 '"status":"VERIFY_RESIZE"' GET '/v2/0a1b2c3d4e5f40718293a4b5c6d7e8f9/servers/'"${server_1_in_address}"'' -H "x-auth-token: ${OWNER_X_AUTH_TOKEN}"
sleep 90

# Step 3: listServersDetail, which deviates
send GET '/v2/0a1b2c3d4e5f40718293a4b5c6d7e8f9/servers/detail' -H "x-auth-token: ${OWNER_X_AUTH_TOKEN}"
printf '%s\n' 'expected: server-1: flavor: "s2.medium.2"; in the run came: "s2.small.1"'
printf '%s\n' "left behind: server_1 ${server_1}"
