"""uv gets what the user has configured for pip."""

from tools.set_up.packages import uv_environment

LISTED = """\
:env:.find-links='/wheels /more'
global.cert='/certificates.pem'
global.extra-index-url='\\nhttps://one.example/simple\\nhttps://two.example/simple'
global.index-url='https://mirror.example/simple'
install.no-deps='true'
freeze.timeout='3'
:env:.index-url='https://nearer.example/simple'
"""


def test_sources_and_certificates_are_passed_on() -> None:
    """Indexes, folders and certificates are the same as pip's; a variable of pip precedes its files."""
    variables = uv_environment(LISTED, {})
    assert variables["UV_DEFAULT_INDEX"] == "https://nearer.example/simple"
    assert variables["UV_INDEX"] == "https://one.example/simple https://two.example/simple"
    assert variables["UV_FIND_LINKS"] == "/wheels,/more"
    assert variables["SSL_CERT_FILE"] == "/certificates.pem"
    assert "UV_HTTP_TIMEOUT" not in variables


def test_the_users_own_variables_of_uv_win() -> None:
    """Who has configured uv is not overruled by what pip says."""
    variables = uv_environment(LISTED, {"UV_DEFAULT_INDEX": "https://own.example/simple"})
    assert "UV_DEFAULT_INDEX" not in variables
