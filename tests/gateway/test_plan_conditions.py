"""What is skipped is not planned."""

from inline_snapshot import snapshot

from tests.gateway.plans import composed, printed


def test_a_skipped_branch_makes_no_call() -> None:
    """With the variable true, only accounts is asked."""
    plan = printed(
        composed("shop"), "query($s: Boolean!) { me { name reviews @skip(if: $s) { body } } }", {"s": True}
    )
    assert plan == snapshot("""\
QueryPlan {
  Fetch(service: "accounts") {
    {
      me {
        name
      }
    }
  }
}\
""")


def test_an_included_branch_is_planned() -> None:
    """With the variable false, reviews is asked as well."""
    plan = printed(
        composed("shop"), "query($s: Boolean!) { me { name reviews @skip(if: $s) { body } } }", {"s": False}
    )
    assert plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "accounts") {
      {
        me {
          __typename
          name
          id
        }
      }
    },
    Flatten(path: "me") {
      Fetch(service: "reviews") {
        {
          ... on User {
            __typename
            id
          }
        } =>
        {
          ... on User {
            reviews {
              body
            }
          }
        }
      }
    }
  }
}\
""")


def test_nothing_left_makes_no_call() -> None:
    """An operation without fields to fetch has an empty plan."""
    plan = printed(composed("shop"), "{ __typename me @skip(if: true) { id } }")
    assert plan == snapshot("QueryPlan {}")
