"""Holds reports against expected.yaml: compare.py [--brief] EXPECTED REPORTS SUITE...

Every deviation that is reported has to be expected, for one of the clauses and operations that stand
there, with one of the citations, and with a counterexample. REPORTS may be several folders, parted by commas: every
deviation that is expected has to be in one of them, unless it is said that it depends on the draw; every
clause that stays open in all of them has to be explained; one that is decided in several has to end alike.

After brief runs what did not come in time is no difference, as long as a third of the clauses passed, and
of two brief runs with one seed a deviation that is not expected has to be in both; what only one has is told.
Ends with 1 if anything differs."""
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
    """What a finding cites: its clauses, and the schema that a reply breaks (`… [page:lines]`)."""
    cites = [cite for clause in finding['clauses'] for cite in clause['cites']]
    ends = [text.rstrip(']').rpartition('[')[2] for text in finding.get('violations') or [] if text.endswith(']')]
    return cites + [cite for end in ends for cite in end.split(', ') if ':' in cite]


def is_it(wanted, finding):
    """Whether a finding is the deviation that is described."""
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
    """What two runs that show one mistake have in common: the clauses and the operations of findings."""
    return {(clause['id'], finding['operation']) for finding in findings for clause in finding['clauses']}


def came_once(expected, report, others):
    """The findings that are not expected and that no other run with the same seed has; none without such a run."""
    again = set().union(*(akin(unexpected(expected, other)) for other in others))
    return [finding for finding in unexpected(expected, report) if others and not akin([finding]) & again]


def told(finding):
    return '%s: %s [%s]' % (name_of(finding), finding['seen'], ', '.join(cited(finding)))


def differences(expected, report, brief, once):
    """What one report has that it should not have, or lacks, a line each; `once`: what is only told."""
    for finding in unexpected(expected, report):
        if finding not in once:
            yield 'a deviation that is not expected: ' + told(finding)
    for finding in report['findings']:
        if not finding.get('counterexample'):
            yield 'a deviation without a counterexample: %s' % name_of(finding)
    if brief and report['totals']['pass'] * 3 < len(report['clauses']):
        yield 'fewer than a third of the clauses passed: %d of %d' % (report['totals']['pass'], len(report['clauses']))


def missing(expected, reports):
    """Deviations that no report has, and clauses that none decides and nothing explains, a line each."""
    for wanted in expected.get('deviations') or []:
        came = any(is_it(wanted, finding) for report in reports for finding in report['findings'])
        if not came and not wanted.get('by_draw'):
            yield 'a deviation that was expected and did not come: %s' % ', '.join(wanted['clauses'])
    explained = {clause for it in expected.get('open') or [] for clause in it['clauses']}
    clauses = {}
    for report in reports:
        for clause in report['clauses']:
            decided = clause['verdict'] not in ('inconclusive', 'untested') or clause['standing'] != 'reachable'
            if decided or clause['id'] not in clauses:
                clauses[clause['id']] = None if decided else clause.get('reason', '')
    for name in sorted(explained - set(clauses)):
        yield 'expected.yaml explains a clause that is not there: %s' % name
    for name, reason in clauses.items():
        if reason is not None and name not in explained:
            yield 'a clause that stays open without an explanation: %s (%s)' % (name, reason)


def unlike(reports):
    """Clauses that failed with one seed and passed with another, though not by the draw alone.

    A clause of which a deviation is known to depend on the draw may do so."""
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
                print('  came once in two runs, to be judged by hand: ' + told(finding))
            wrong += len(lines)
        if not brief and reports:
            lines = list(missing(of_suite, reports))
            print('\n'.join('%s: %s' % (suite, line) for line in lines), end='\n' if lines else '')
            wrong += len(lines)
        # In a brief run what is expected may not come in time, whatever it depends on.
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
