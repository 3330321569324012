import { graph, stat, type Board } from './board.js';

const OWN = '{job="$job"}';

/** Is it healthy, and what is stuck? */
export const operations: Board = {
  uid: 'touchpoint-operations',
  title: 'Touchpoint: operations',
  description: 'Is it healthy, what is stuck. Every alarm has a runbook in docs/operations.md.',
  choices: [],
  rows: [
    {
      title: 'Is it healthy',
      panels: [
        stat('Workers', `sum(up${OWN})`, { unit: 'none', description: 'Processes that Prometheus reaches.', red: { below: 1 } }),
        stat('Ready', `min(cx_ready${OWN})`, { unit: 'none', description: '1 where every worker can do its work, as /readyz says.', red: { below: 1 } }),
        stat('Lanes with a worker', `touchpoint:lanes_owned:count${OWN}`, { unit: 'none', description: 'Should be the number of partitions of the sources (cx_partitions).' }),
        stat('Lanes that stand still', `count(max by (partition) (cx_lane_halted${OWN})) or vector(0)`, { unit: 'none', description: 'Until a person says how to go on: touchpoint lanes list.', red: { above: 1 } }),
        stat('Records that wait', `touchpoint:lag_records:sum${OWN}`, { unit: 'short', description: 'Written to the sources and not read yet.', red: { above: 1_000 } }),
        stat('Behind the clock', `max(touchpoint:time_behind_seconds${OWN})`, { unit: 's', description: 'Up to when deadlines have been judged, of the lane that is furthest behind; some five seconds are usual.', red: { above: 120 } }),
        stat('Known after (p99)', `touchpoint:detect_seconds:p99_5m${OWN}`, { unit: 's', description: 'From the timestamp of a record until what it changed was acknowledged by Kafka. A backlog shows here.', red: { above: 5 } }),
        stat('Alarms', 'count(ALERTS{alertname=~"Touchpoint.*",alertstate="firing"}) or vector(0)', { unit: 'none', description: 'Alarms of the rules in deploy/prometheus that fire now.', red: { above: 1 } }),
      ],
    },
    {
      title: 'What is stuck',
      panels: [
        graph('Records that wait, by topic', [{ expr: `touchpoint:lag_records:by_topic${OWN}`, legend: '{{topic}}' }], { unit: 'short', description: 'Growing: TouchpointLagGrowing.' }),
        graph('Behind the clock, by lane', [{ expr: `touchpoint:time_behind_seconds${OWN}`, legend: 'lane {{partition}}' }], { unit: 's', description: 'A lane that is behind without records that wait: TouchpointDeadlinesStuck.' }),
        graph('Found and not published yet', [{ expr: `touchpoint:outbox_pending:sum${OWN}`, legend: 'outbox' }], { unit: 'short', description: 'Above 0 for minutes: Kafka refuses.' }),
        graph('Orders that time alone may change', [{ expr: `touchpoint:deadlines_pending:sum${OWN}`, legend: 'deadlines' }], { unit: 'short', description: 'Orders with a promise or another deadline ahead.' }),
        graph('Lanes held up', [
          { expr: `sum by (name) (max by (partition, name) (cx_lane_halted${OWN})) or vector(0)`, legend: 'stands still {{name}}' },
          { expr: `sum(max by (partition) (cx_lane_catching_up${OWN})) or vector(0)`, legend: 'reads again' },
          { expr: `count(max by (partition) (cx_publish_refused_seconds${OWN}) > 10) or vector(0)`, legend: 'refused by Kafka' },
          { expr: `sum(max by (partition) (cx_schema_waiting${OWN}))`, legend: 'topics that wait for a schema' },
        ], { unit: 'none', description: 'By what holds them.' }),
        graph('Lanes with a worker', [{ expr: `touchpoint:lanes_owned:count${OWN}`, legend: 'lanes' }], { unit: 'none', description: 'A dip of some ten seconds is a worker that died or was restarted.' }),
      ],
    },
    {
      title: 'How fast',
      panels: [
        graph('Events read', [{ expr: `sum by (topic) (rate(cx_events_total${OWN}[$__rate_interval]))`, legend: '{{topic}}' }], { unit: 'ops', stacked: true, description: 'Of all workers, by source.' }),
        graph('Known after', [
          { expr: `touchpoint:detect_seconds:p50_5m${OWN}`, legend: 'half' },
          { expr: `touchpoint:detect_seconds:p99_5m${OWN}`, legend: '99 of 100' },
        ], { unit: 's', description: 'From the timestamp of a record until what it changed was acknowledged.' }),
        graph('Known later than 5 s', [
          { expr: `touchpoint:detect_slow:ratio_rate1h${OWN}`, legend: 'of the last hour' },
          { expr: `touchpoint:detect_slow:ratio_rate6h${OWN}`, legend: 'of six hours' },
          { expr: `touchpoint:detect_slow:ratio_rate3d${OWN}`, legend: 'of three days' },
        ], { unit: 'percentunit', description: 'The promise is at most 1 % over 28 days.' }),
        graph('Commits to Redis', [
          { expr: `histogram_quantile(0.5, sum by (le) (rate(cx_commit_seconds_bucket${OWN}[$__rate_interval])))`, legend: 'half' },
          { expr: `touchpoint:commit_seconds:p99_5m${OWN}`, legend: '99 of 100' },
        ], { unit: 's', description: 'A lane does one at a time.' }),
        graph('Published', [{ expr: `sum by (type) (touchpoint:derived:rate5m${OWN})`, legend: '{{type}}' }], { unit: 'ops', stacked: true, description: 'Changes and alerts found.' }),
        graph('Tried again', [{ expr: `touchpoint:retries:rate5m${OWN}`, legend: 'a second' }], { unit: 'ops', description: 'Faults of Kafka, Redis or the registry after which something was tried again.' }),
      ],
    },
    {
      title: 'What could not be used',
      panels: [
        graph('Share put aside, by topic', [{ expr: `touchpoint:dead_letter_ratio:rate5m${OWN}`, legend: '{{topic}}' }], { unit: 'percentunit', description: 'Dead letters among what was read.' }),
        graph('Put aside, by reason', [{ expr: `sum by (reason) (rate(cx_dead_letters_total${OWN}[$__rate_interval]))`, legend: '{{reason}}' }], { unit: 'ops', description: 'docs/events.md says what each means. Empty while there are none.' }),
        graph('Duplicates', [{ expr: `sum by (topic) (rate(cx_events_total{job="$job",outcome="duplicate"}[$__rate_interval]))`, legend: '{{topic}}' }], { unit: 'ops', description: 'Events that had come before; after a rewind or a restored Redis there are many.' }),
        graph('Defects and losses', [
          { expr: `sum(increase(cx_unassessed_total${OWN}[$__rate_interval]))`, legend: 'a rule failed' },
          { expr: `sum(increase(cx_state_went_back_total${OWN}[$__rate_interval]))`, legend: 'Redis went back' },
        ], { unit: 'short', description: 'Both should be 0.' }),
      ],
    },
    {
      title: 'Alerts on their way to people',
      panels: [
        graph('Sent', [
          { expr: `sum by (sink) (rate(cx_sink_delivered_total${OWN}[$__rate_interval]))`, legend: '{{sink}}' },
          { expr: `sum by (sink) (rate(cx_sink_digested_total${OWN}[$__rate_interval]))`, legend: '{{sink}}, in digests' },
        ], { unit: 'ops', description: 'Alerts that receivers took, one by one and in digests. Empty without sinks.' }),
        graph('Waiting for', [{ expr: `max by (sink) (cx_sink_waiting_seconds${OWN})`, legend: '{{sink}}' }], { unit: 's', description: 'The alert that waits longest, of each sink. Above ten minutes: TouchpointSinkStuck.' }),
        graph('Alerts that wait', [
          { expr: `sum by (sink) (cx_sink_queue_records${OWN})`, legend: '{{sink}}' },
          { expr: `sum by (sink) (cx_sink_held${OWN})`, legend: '{{sink}}, for a digest' },
        ], { unit: 'short', description: 'For their receiver, or beyond the budget of their team for the next digest.' }),
        graph('Receivers left alone', [{ expr: `max by (sink) (cx_sink_breaker${OWN})`, legend: '{{sink}}' }], { unit: 'none', description: '0: it is sent alerts. 1: one alert tries whether it answers. 2: it does not, and is left alone for a while.' }),
        graph('Set aside', [{ expr: `sum by (sink, reason) (increase(cx_sink_set_aside_total${OWN}[$__rate_interval]))`, legend: '{{sink}}, {{reason}}' }], { unit: 'short', description: 'Alerts that will not be sent any more: TouchpointAlertsSetAside. Should be 0.' }),
        graph('Requests that failed', [{ expr: `sum by (sink, reason) (rate(cx_sink_failures_total${OWN}[$__rate_interval]))`, legend: '{{sink}}, {{reason}}' }], { unit: 'ops', description: 'Most are made again; docs/alerts.md says which.' }),
      ],
    },
    {
      title: 'The processes',
      panels: [
        graph('Memory', [
          { expr: `process_resident_memory_bytes${OWN}`, legend: '{{instance}}' },
          { expr: `nodejs_heap_size_used_bytes${OWN}`, legend: '{{instance}}, heap in use' },
          { expr: `cx_lane_thread_heap_bytes${OWN}`, legend: '{{instance}}, heap in use of thread {{thread}}' },
        ], { unit: 'bytes', description: 'Resident, and of it what JavaScript uses.' }),
        graph('Processor', [{ expr: `rate(process_cpu_seconds_total${OWN}[$__rate_interval])`, legend: '{{instance}}' }], { unit: 'short', description: 'Cores. Near the number of its LANE_THREADS a worker is full.' }),
        graph('Event loop', [
          { expr: `nodejs_eventloop_lag_p99_seconds${OWN}`, legend: '{{instance}}, 99 of 100' },
          { expr: `nodejs_eventloop_lag_max_seconds${OWN}`, legend: '{{instance}}, longest' },
          { expr: `cx_lane_thread_lag_max_seconds${OWN}`, legend: '{{instance}}, longest of thread {{thread}}' },
        ], { unit: 's', description: 'How long the thread was busy at a time. Beyond kafka.sessionTimeout its lanes go to others.' }),
        graph('Time for cleaning memory', [{ expr: `sum by (instance) (rate(nodejs_gc_duration_seconds_sum${OWN}[$__rate_interval]))`, legend: '{{instance}}' }], { unit: 'percentunit', description: 'Share of the time spent in garbage collection.' }),
      ],
    },
  ],
};
