"""Passwords that attackers try first, of lengths that the rules would allow, in lower case."""

from typing import Final

_KEYBOARD: Final = (
    "qwertyuiop qwertyuiop[] qwertyuiopas qwertyuiopasdf asdfghjkl asdfghjkl; zxcvbnm zxcvbnm,./ "
    "qazwsxedc qazwsxedcrfv 1qaz2wsx 1qaz2wsx3edc 1qaz2wsx3edc4rfv 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y "
    "1q2w3e4r5t6y7u q1w2e3r4t5y6 zaq12wsx zaq1xsw2cde3 qwerty123456 qwerty1234567 qwertyqwerty "
    "asdfasdfasdf qweasdzxc qweasdzxc123 1234qwerasdf 123qweasdzxc 1234qwerasdfzxcv qwertyuiop123 "
    "qwerty12345678"
)
_DIGITS: Final = (
    "12345678 123456789 1234567890 12345678910 123456789012 1234567890123 12345678901234 123456789012345 "
    "1234567890123456 0123456789 012345678901 0987654321 098765432109 987654321 9876543210 987654321098 "
    "121212121212 123123123123 123456123456 112233445566 102030405060 314159265358 147258369 147258369147 "
    "741852963 741852963741 159753159753 012345678910 111222333444 123454321 1234554321 123456654321"
)
_WORDS: Final = (
    "password passwords password1 password12 password123 password1234 password12345 password123456 "
    "passw0rd passw0rd1234 p@ssw0rd p@ssw0rd1234 p@ssword1234 passwordpassword mypassword mypassword123 "
    "password2024 password2025 password2026 changeme changemenow changeme1234 changeme123! letmein "
    "letmeinplease letmein12345 welcome welcome12345 welcome123456 welcomewelcome iloveyou iloveyou1234 "
    "iloveyouiloveyou iloveyoumore administrator administrator1 administrator123 adminadmin "
    "adminadminadmin admin123456 admin1234567 admin12345678 superuser superuser123 rootrootroot trustno1 "
    "trustno1trustno1 whatever whatever1234 princess princess1234 sunshine sunshine1234 football "
    "football1234 footballfootball baseball baseball1234 basketball basketball12 basketball123 liverpool "
    "liverpool1234 liverpoolfc chelseafc manchester manchester123 manchesterunited arsenalfc1234 superman "
    "superman1234 batman123456 starwars starwars1234 pokemon123456 dragon123456 monkey123456 master123456 "
    "computer computer1234 internet internet1234 michelle michelle1234 jennifer jennifer1234 charlie12345 "
    "abcdefghijkl abcdefghijklm abcdefghijklmnop abcdefgh1234 abcd1234abcd abcabcabcabc abc123abc123 "
    "abc123456789 a1b2c3d4e5f6 aa1234567890 correcthorsebatterystaple correct horse battery staple "
    "letmeinletmein secretsecret supersecret supersecret1 supersecret123 topsecret1234 nothing12345 "
    "whocares1234 fuckyou12345 godisgood123 jesuschrist jesuschrist1 blessed12345 forever12345 "
    "loveyou12345 babygirl1234 summer2024 summer2025 summer2026 winter2024 winter2025 winter2026 "
    "spring2026 autumn2026 monday123456 testtesttest test12345678 testing12345 testpassword temppassword "
    "temporary123 defaultpassword guestguest1 backoffice backoffice12 backoffice123 backoffice1234 "
    "betting12345 casinocasino racehorse123 cheltenham cheltenham12 grandnational grandnational1 "
    "freebetfreebet"
)

COMMON: Final = frozenset(f"{_KEYBOARD} {_DIGITS} {_WORDS}".split()) | {"correct horse battery staple"}
