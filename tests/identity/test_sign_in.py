"""Signing in by the link or the code of a mail."""


def test_the_link_of_the_mail_opens_a_session(identity):
    pending = identity.ask("Ana@Exemple.FR", return_to="/consultations/territoires")
    assert pending.keys() == {"request", "expires_at"}
    (letter,) = identity.mails()
    answer = identity.redeem(grant_type="email_link", token=letter.token)
    assert answer.status_code == 200, answer.json
    print(answer.json)
    me = identity.call("GET", "/v1/me", token=answer.json["access_token"])
    assert me.json == answer.json["person"]
