"""The plans of the club's own graph."""

from inline_snapshot import snapshot

from tests.gateway.plans import composed, printed


def test_the_betslip_takes_three_fetches() -> None:
    """One fetch to the club, then progress and rewards side by side."""
    plan = printed(
        composed("club"),
        """
        query Betslip($brand: ID!) {
          club(brand: $brand) {
            id state week { id state } membership { optedIn }
            progress { percent } options { id title } choice { version }
          }
        }
        """,
    )
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "club") {
      {
        club(brand: $brand) {
          __typename
          id
          membership {
            optedIn
            leftAt
          }
          week {
            state
            id
          }
          ineligibleReason
          jurisdiction
          currency
        }
      }
    },
    Parallel {
      Flatten(path: "club") {
        Fetch(service: "progress") {
          {
            ... on Club {
              __typename
              id
              membership {
                optedIn
                leftAt
              }
              week {
                state
              }
              ineligibleReason
              jurisdiction
              currency
            }
          } =>
          {
            ... on Club {
              state
              progress {
                percent
              }
            }
          }
        }
      },
      Flatten(path: "club") {
        Fetch(service: "rewards") {
          {
            ... on Club {
              __typename
              id
              jurisdiction
              currency
              ineligibleReason
            }
          } =>
          {
            ... on Club {
              options {
                id
                title
              }
              choice {
                version
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_mutation_elsewhere_reads_what_it_needs_from_the_club() -> None:
    """Rewards, then the club, then progress beside rewards again, now with what it requires."""
    plan = printed(
        composed("club"),
        """
        mutation Change($input: ChangeRewardInput!) {
          changeReward(input: $input) {
            errors { code }
            club { id state membership { optedIn } choice { version } }
          }
        }
        """,
    )
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "rewards") {
      {
        changeReward(input: $input) {
          errors {
            code
          }
          club {
            __typename
            id
          }
        }
      }
    },
    Flatten(path: "changeReward.club") {
      Fetch(service: "club") {
        {
          ... on Club {
            __typename
            id
          }
        } =>
        {
          ... on Club {
            membership {
              optedIn
              leftAt
            }
            week {
              state
            }
            ineligibleReason
            jurisdiction
            currency
          }
        }
      }
    },
    Parallel {
      Flatten(path: "changeReward.club") {
        Fetch(service: "progress") {
          {
            ... on Club {
              __typename
              id
              membership {
                optedIn
                leftAt
              }
              week {
                state
              }
              ineligibleReason
              jurisdiction
              currency
            }
          } =>
          {
            ... on Club {
              state
            }
          }
        }
      },
      Flatten(path: "changeReward.club") {
        Fetch(service: "rewards") {
          {
            ... on Club {
              __typename
              id
              jurisdiction
              currency
              ineligibleReason
            }
          } =>
          {
            ... on Club {
              choice {
                version
              }
            }
          }
        }
      }
    }
  }
}\
""")
