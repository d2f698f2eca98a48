"""Compares reports with expected.yaml: compare.py [--brief] EXPECTED REPORTS SUITE...

Every reported deviation must be expected, for a listed clause and operation, with a listed citation, and must have a
counterexample. REPORTS may be several folders, separated by commas: at least one report must have each expected
deviation, unless `by_draw` is set; every clause that is open in all reports must be explained; decided verdicts of a
clause must be equal in all reports.

After brief runs a missing deviation is no difference, if at least a third of the clauses passed. Of two brief runs with
one seed, both must show an unexpected deviation; a deviation of one run only is printed. Exits with 1 on a difference."""
import json
import os
import sys

import yaml


def lines_of(citation):
    """A citation's page, and its first and last line."""
    page, _, lines = citation.rpartition(':')
    first, _, last = lines.partition('-')
    return page, int(first), int(last or first)


def overlap(one, other):
    (page, first, last), (other_page, other_first, other_last) = lines_of(one), lines_of(other)
    return page == other_page and first <= other_last and other_first <= last


def cited(finding):
    """The citations of a finding: of its clauses, and of the rules of a schema that a body breaks."""
    cites = [cite for clause in finding['clauses'] for cite in clause['cites']]
    differences = (finding.get('evidence') or {}).get('differences') or []
    return cites + [difference['cite'] for difference in differences if difference.get('cite')]


def is_it(wanted, finding):
    """Whether a finding is the described deviation."""
    clauses = [clause['id'] for clause in finding['clauses']]
    return (set(wanted['clauses']) & set(clauses) and finding['operation'] in wanted['operations']
            and (not wanted.get('cites') or any(overlap(a, b) for a in wanted['cites'] for b in cited(finding))))


def name_of(finding):
    return '%s at %s' % (' or '.join(clause['id'] for clause in finding['clauses']), finding['operation'])


def unexpected(expected, report):
    """The findings of one report that are not expected."""
    return [finding for finding in report['findings']
            if not any(is_it(wanted, finding) for wanted in expected.get('deviations') or [])]


def akin(findings):
    """The pairs of clause and operation, by which findings of two runs are compared."""
    return {(clause['id'], finding['operation']) for finding in findings for clause in finding['clauses']}


def came_once(expected, report, others):
    """The unexpected findings that no other run with an equal seed has; none without such a run."""
    again = set().union(*(akin(unexpected(expected, other)) for other in others))
    return [finding for finding in unexpected(expected, report) if others and not akin([finding]) & again]


def told(finding):
    return '%s: %s [%s]' % (name_of(finding), finding['seen'], ', '.join(cited(finding)))


def differences(expected, report, brief, once):
    """The differences of one report, one line each; findings in `once` are not differences."""
    for finding in unexpected(expected, report):
        if finding not in once:
            yield 'an unexpected deviation: ' + told(finding)
    for finding in report['findings']:
        if not finding.get('counterexample'):
            yield 'a deviation without a counterexample: %s' % name_of(finding)
    if brief and report['totals']['pass'] * 3 < len(report['clauses']):
        yield 'fewer than a third of the clauses passed: %d of %d' % (report['totals']['pass'], len(report['clauses']))


def missing(expected, reports):
    """Expected deviations that no report has, and undecided clauses without an explanation, one line each."""
    for wanted in expected.get('deviations') or []:
        came = any(is_it(wanted, finding) for report in reports for finding in report['findings'])
        if not came and not wanted.get('by_draw'):
            yield 'an expected deviation is missing: %s' % ', '.join(wanted['clauses'])
    explained = {clause for it in expected.get('open') or [] for clause in it['clauses']}
    clauses = {}
    for report in reports:
        for clause in report['clauses']:
            decided = clause['verdict'] not in ('inconclusive', 'untested') or clause['standing'] != 'reachable'
            if decided or clause['id'] not in clauses:
                clauses[clause['id']] = None if decided else clause.get('reason', '')
    for name in sorted(explained - set(clauses)):
        yield 'expected.yaml explains an unknown clause: %s' % name
    for name, reason in clauses.items():
        if reason is not None and name not in explained:
            yield 'an undecided clause without an explanation: %s (%s)' % (name, reason)


def unlike(reports):
    """Clauses that failed with one seed and passed with a different seed.

    A clause with a deviation marked `by_draw` may do so."""
    ends = {}
    for report in reports:
        for clause in report['clauses']:
            if clause['verdict'] in ('pass', 'fail'):
                ends.setdefault(clause['id'], set()).add(clause['verdict'])
    return sorted(name for name, verdicts in ends.items() if len(verdicts) > 1)


def main(expected_file, folders, suites, brief):
    with open(expected_file) as file:
        expected = yaml.safe_load(file)
    wrong = 0
    for suite in suites:
        reports = []
        for folder in folders:
            try:
                with open(os.path.join(folder, suite, 'report.json')) as file:
                    reports.append(json.load(file))
            except FileNotFoundError:
                print('%s: no report in %s' % (suite, folder))
                wrong += 1
        of_suite = expected[suite] or {}
        forgiven = set()
        for report in reports:
            again = [it for it in reports if brief and it is not report and it['seed'] == report['seed']]
            once = came_once(of_suite, report, again)
            forgiven |= {clause['id'] for finding in once for clause in finding['clauses']}
            lines = list(differences(of_suite, report, brief, once))
            totals = ', '.join('%d %s' % (count, word) for word, count in report['totals'].items() if count)
            verdict = 'as expected' if not lines else 'NOT as expected'
            print('%s: seed %s: %s: %s' % (suite, report['seed'], totals, verdict))
            for line in lines:
                print('  ' + line)
            for finding in once:
                print('  seen in one of two runs, to be judged by a person: ' + told(finding))
            wrong += len(lines)
        if not brief and reports:
            lines = list(missing(of_suite, reports))
            print('\n'.join('%s: %s' % (suite, line) for line in lines), end='\n' if lines else '')
            wrong += len(lines)
        # A brief run may miss any expected deviation.
        drawn = [it for it in of_suite.get('deviations') or [] if brief or it.get('by_draw')]
        by_draw = {clause['id'] for report in reports for finding in report['findings']
                   if any(is_it(it, finding) for it in drawn) for clause in finding['clauses']}
        for name in [name for name in unlike(reports) if name not in by_draw | forgiven]:
            print('%s: a clause that failed with one seed and passed with another: %s' % (suite, name))
            wrong += 1
    return 1 if wrong else 0


if __name__ == '__main__':
    words = [word for word in sys.argv[1:] if word != '--brief']
    sys.exit(main(words[0], words[1].split(','), words[2:], '--brief' in sys.argv))
