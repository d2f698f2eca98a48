"""Lists the existing resources of all projects: remains.py FOLDER."""
import json
import os
import sys
import urllib.request

import people

with open(os.path.join(sys.argv[1], 'addresses')) as file:
    address = dict(line.split() for line in file)


def fetch(url):
    request = urllib.request.Request(url, headers={'X-Auth-Token': 'testbed-admin'})
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.load(reply)


for kind, url in [('servers', address['compute'] + '/v2.1/servers/detail?all_tenants=1'),
                  ('volumes', '%s/v3/%s/volumes/detail?all_tenants=1' % (address['volume'], people.PROJECT)),
                  ('snapshots', '%s/v3/%s/snapshots/detail?all_tenants=1' % (address['volume'], people.PROJECT))]:
    for thing in fetch(url)[kind]:
        print(kind[:-1], thing['id'], thing['status'], thing['name'])
