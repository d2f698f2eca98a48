"""Holds reports against expected.yaml: compare.py EXPECTED REPORTS SUITE...

Every deviation that is reported has to be expected, for the clause, the operation and the reason that
stand there, and every one that is expected has to be reported with a witness that was seen again. Every
clause that stays open has to be explained. Ends with 1 if anything differs."""
import json
import os
import sys

import yaml


def differences(suite, expected, report):
    """What differs, a line each."""
    wanted = {(clause, it['operation']) for it in expected.get('deviations') or [] for clause in it['clauses']}
    seen = set()
    for finding in report['findings']:
        clauses = [clause['id'] for clause in finding['clauses']]
        name = '%s at %s' % (' or '.join(clauses), finding['operation'])
        known = {pair for pair in wanted if pair[0] in clauses and pair[1] == finding['operation']}
        if not known:
            yield 'a deviation that is not expected: %s: %s' % (name, finding['seen'])
        if not finding.get('witness', {}).get('seen_again'):
            yield 'a deviation without a witness: %s' % name
        seen |= known
    for clause, operation in sorted(wanted - seen):
        yield 'a deviation that was expected and did not come: %s at %s' % (clause, operation)
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
