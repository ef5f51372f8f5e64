/** What the back office says: charts. */
import { plural, type Messages, type Named } from '../message.ts';

export const CHARTS = {
  // BarChart
  barsDrawnOnceMoreCompare: 'Bars are drawn once there is more to compare.',

  // ChartCard
  showFigures: 'Show figures',
  figures: ({ name }: Named<'name'>) => `Figures: ${name}`,

  // LagCharts
  theLagIsBeingRead: 'The lag is being read',
  consumersHaveAppliedAllRecords: 'Consumers have applied all records',
  recordsWaitForConsumers: ({ last, shown }: { last: number } & Named<'shown'>) =>
    plural(last, `${shown} record waits for consumers`, `${shown} records wait for consumers`),
  theTrackersDelayIsNotKnown: 'The tracker’s delay isn’t known',
  noBetWaitsForTheTracker: 'No bet waits for the tracker',
  oldestBetWaitedTracker: ({ last }: Named<'last'>) => `The oldest bet has waited ${last} for the tracker`,
  aReadingEachMinuteFromTo: ({ at, to }: Named<'at' | 'to'>) => `A reading each minute from ${at} to ${to}; six hours at most.`,
  lag: 'Lag',
  consumerLag: 'Consumer lag',
  recordsConsumersHadNot: ({ since }: Named<'since'>) => `Records that consumers had not applied yet. ${since}`,
  recordsNotAppliedYetOver: 'Records not applied yet, over time, as in the table below',
  records: 'Records',
  trackerLatency: 'Tracker latency',
  howLongOldestBetNotCounted: ({ since }: Named<'since'>) => `How long the oldest bet that wasn’t counted yet had waited since it reached Kafka. ${since}`,
  secondsBetsWaitedTracker: 'Seconds that bets waited for the tracker, over time, as in the table below',
  seconds: 'Seconds',
  lagByTime: 'Lag by time',
  nothingWasReadYet: 'Nothing was read yet.',
  readAt: 'Read at',
  recordsNotApplied: 'Records not applied',
  kafkaWasAway: 'Kafka was away',
  oldestBetWaited: 'Oldest bet waited',

  // LiabilityChart
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
  rewardsOfComeToSoFar: ({ week, value }: Named<'week' | 'value'>) => `Rewards of ${week} come to ${value} so far`,
  rewardsComeSoFarMuchWeek: ({ value }: Named<'value'>) => `Rewards come to ${value} so far, as much as a week ago`,
  rewardsComeSoFarAboveLast: ({ value, percent }: Named<'value' | 'percent'>) => `Rewards come to ${value} so far, ${percent}% above last week`,
  rewardsComeSoFarBelowLast: ({ value, percent }: Named<'value' | 'percent'>) => `Rewards come to ${value} so far, ${percent}% below last week`,
  forecastWithItsRange: 'Forecast, with its range',
  likely: 'Likely',
  countedUpTo: ({ asOf }: Named<'asOf'>) => `Counted up to ${asOf}.`,
  likelyBetween: ({ counted, most, from, to }: Named<'counted' | 'most' | 'from' | 'to'>) =>
    `${counted} Likely ${most} by the week’s end, between ${from} and ${to}.`,
  liabilityOverTheWeekIn: ({ currency }: Named<'currency'>) => `Liability over the week in ${currency}`,
  riskOverview: 'Risk overview',
  whatRewardsComeHourWeek: ({ currency }: Named<'currency'>) => `What rewards come to in ${currency}, by hour of the week, as in the table below`,
  thisWeek: 'This week',
  lastWeek: 'Last week',
  endOf: ({ label }: Named<'label'>) => `End of ${label}`,
  rewardsByDayIn: ({ currency }: Named<'currency'>) => `Rewards by day in ${currency}`,
  forecastIn: ({ currency }: Named<'currency'>) => `Forecast in ${currency}`,
  thereIsNoForecastYet: 'There is no forecast yet.',
  likelyByTheWeeksEnd: 'Likely by the week’s end',

  // LineChart
  noFigures: 'No figures',
  lineLater: 'A line is drawn once there are figures of more than a moment.',
} satisfies Messages;
