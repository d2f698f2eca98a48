"""Holds reports against expected.yaml: compare.py EXPECTED REPORTS SUITE...

Every deviation that is reported has to be expected, for one of the clauses and operations that stand
there. Every one that is expected has to be reported, unless it is said that it depends on the draw. Every
clause that stays open has to be explained. Ends with 1 if anything differs."""
import json
import os
import sys

import yaml


def differences(suite, expected, report):
    """What differs, a line each."""
    wanted = expected.get('deviations') or []
    came = [False] * len(wanted)
    for finding in report['findings']:
        clauses = [clause['id'] for clause in finding['clauses']]
        name = '%s at %s' % (' or '.join(clauses), finding['operation'])
        known = [nth for nth, it in enumerate(wanted)
                 if set(it['clauses']) & set(clauses) and finding['operation'] in it['operations']]
        if not known:
            yield 'a deviation that is not expected: %s: %s' % (name, finding['seen'])
        for nth in known:
            came[nth] = True
        if not finding.get('witness'):
            yield 'a deviation without a witness: %s' % name
    for it, seen in zip(wanted, came):
        if not seen and not it.get('by_draw'):
            yield 'a deviation that was expected and did not come: %s' % ', '.join(it['clauses'])
    explained = {clause for it in expected.get('open') or [] for clause in it['clauses']}
    clauses = {clause['id']: clause for clause in report['clauses']}
    for name in sorted(explained - set(clauses)):
        yield 'expected.yaml explains a clause that is not there: %s' % name
    for name, clause in clauses.items():
        is_open = clause['verdict'] in ('inconclusive', 'untested') and clause['standing'] == 'reachable'
        if is_open and name not in explained:
            yield 'a clause that stays open without an explanation: %s (%s)' % (name, clause.get('reason', ''))


def main(expected_file, reports, suites):
    with open(expected_file) as file:
        expected = yaml.safe_load(file)
    wrong = 0
    for suite in suites:
        with open(os.path.join(reports, suite, 'report.json')) as file:
            report = json.load(file)
        lines = list(differences(suite, expected[suite] or {}, report))
        totals = ', '.join('%d %s' % (count, word) for word, count in report['totals'].items() if count)
        print('%s: seed %s: %s: %s' % (suite, report['seed'], totals, 'as expected' if not lines else 'NOT as expected'))
        for line in lines:
            print('  ' + line)
        wrong += len(lines)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
