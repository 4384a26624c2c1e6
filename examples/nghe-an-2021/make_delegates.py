"""Makes delegates.csv and nominations.csv, made-up lists for plan.yaml beside them:
`python make_delegates.py [DELEGATES NOMINATIONS]`.

Every choice is drawn from a hash of what it is for, because `random` promises the same draws only within one
Python version: so the file comes out the same byte for byte everywhere. No row stands for a real person.
"""
# ruff: noqa: SIM905 - name lists as one string keep this a page, not a column of three hundred lines

import csv
import hashlib
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple, TypeVar

Option = TypeVar("Option")
NOMINATION_HEADINGS = ["unit", "kind", "name", "representative", "position", "achievement"]
HEADINGS = ["Thành phần", "Đơn vị", "Thứ tự", "Họ và tên", "Chức vụ", "Điện thoại", "Email"]
# Another seed makes other people: change it should a name turn out to be that of a real office holder.
SEED = "nghe-an-2021/f"
VACANT = 0.15  # share of the online option's places that name nobody

# group key → the posts of its places in order, those that only the in-person option has included
HUB = {
    "trung-uong": [
        "Ủy viên Ban Thường trực Ủy ban Trung ương MTTQ Việt Nam",
        "Phó Trưởng Ban Dân chủ - Pháp luật",
        "Phó Trưởng Ban Tổ chức - Cán bộ",
        "Phó Chánh Văn phòng",
    ],
    "tinh-uy": ["Phó Bí thư Thường trực Tỉnh ủy", "Ủy viên Ban Thường vụ Tỉnh ủy"],
    "hdnd-ubnd": [
        "Phó Chủ tịch Thường trực HĐND tỉnh",
        "Phó Chủ tịch UBND tỉnh",
        "Ủy viên Thường trực HĐND tỉnh",
        "Phó Chánh Văn phòng UBND tỉnh",
    ],
    "doan-dbqh": [
        "Phó Trưởng Đoàn đại biểu Quốc hội tỉnh",
        "Đại biểu Quốc hội chuyên trách",
        "Phó Chủ tịch Ủy ban bầu cử tỉnh",
        "Thư ký Ủy ban bầu cử tỉnh",
    ],
    "ban-tinh-uy": [
        "Phó Trưởng Ban Tổ chức Tỉnh ủy",
        "Phó Trưởng Ban Dân vận Tỉnh ủy",
        "Phó Trưởng Ban Tuyên giáo Tỉnh ủy",
    ],
    "btt-mttq-tinh": [
        "Chủ tịch Ủy ban MTTQ Việt Nam tỉnh",
        "Phó Chủ tịch Thường trực Ủy ban MTTQ Việt Nam tỉnh",
        "Phó Chủ tịch Ủy ban MTTQ Việt Nam tỉnh",
        "Phó Chủ tịch Ủy ban MTTQ Việt Nam tỉnh",
        "Ủy viên Thường trực Ủy ban MTTQ Việt Nam tỉnh",
    ],
    "to-chuc-ct-xh": [
        "Chủ tịch Liên đoàn Lao động tỉnh",
        "Phó Chủ tịch Hội Nông dân tỉnh",
        "Chủ tịch Hội Liên hiệp Phụ nữ tỉnh",
        "Chủ tịch Hội Cựu chiến binh tỉnh",
        "Phó Bí thư Tỉnh đoàn",
    ],
    "so-noi-vu": ["Phó Giám đốc Sở Nội vụ"],
    "khen-thuong-tinh": ["Đại diện tập thể được tặng bằng khen"] * 8 + ["Cá nhân được tặng bằng khen"] * 22,
    "bao-chi": [
        "Phóng viên Báo Nghệ An",
        "Phóng viên ảnh Báo Nghệ An",
        "Phóng viên Đài PT-TH Nghệ An",
        "Quay phim Đài PT-TH Nghệ An",
        "Biên tập viên Đài PT-TH Nghệ An",
        "Phóng viên thường trú Báo Đại đoàn kết",
    ],
}
BRIDGE = {  # {party} Huyện ủy, {area} huyện, {youth} Huyện đoàn
    "lanh-dao-huyen": [
        "Phó Bí thư Thường trực {party}",
        "Phó Chủ tịch HĐND {area}",
        "Phó Chủ tịch UBND {area}",
    ],
    "bau-cu-huyen": ["Phó Chủ tịch Ủy ban bầu cử {area}", "Thư ký Ủy ban bầu cử {area}"],
    "btt-mttq-huyen": [
        "Chủ tịch Ủy ban MTTQ Việt Nam {area}",
        "Phó Chủ tịch Ủy ban MTTQ Việt Nam {area}",
        "Ủy viên Thường trực Ủy ban MTTQ Việt Nam {area}",
    ],
    "ct-xh-huyen": [
        "Chủ tịch Hội Liên hiệp Phụ nữ {area}",
        "Chủ tịch Hội Nông dân {area}",
        "Chủ tịch Hội Cựu chiến binh {area}",
        "Chủ tịch Liên đoàn Lao động {area}",
        "Bí thư {youth}",
    ],
    "ban-cap-uy-huyen": ["Trưởng Ban Tổ chức {party}", "Trưởng Ban Dân vận {party}", "Trưởng phòng Nội vụ"],
    "khen-thuong-huyen": ["Đại diện tập thể được tặng bằng khen"] * 2 + ["Cá nhân được tặng bằng khen"] * 4,
}
TOWNS = ["tp-vinh", "tx-cua-lo", "tx-thai-hoa", "tx-hoang-mai"]
HIGHLANDS = ["que-phong", "quy-chau", "ky-son", "tuong-duong", "con-cuong", "quy-hop"]
DISTRICTS = [
    *TOWNS,
    *[
        "que-phong",
        "quy-chau",
        "ky-son",
        "tuong-duong",
        "nghia-dan",
        "quy-hop",
        "quynh-luu",
        "con-cuong",
        "tan-ky",
    ],
    *["anh-son", "dien-chau", "yen-thanh", "do-luong", "thanh-chuong", "nghi-loc", "nam-dan", "hung-nguyen"],
]
LEVELS = {
    "tp": {"party": "Thành ủy", "area": "thành phố", "youth": "Thành đoàn"},
    "tx": {"party": "Thị ủy", "area": "thị xã", "youth": "Thị đoàn"},
    "": {"party": "Huyện ủy", "area": "huyện", "youth": "Huyện đoàn"},
}
IN_PERSON_ONLY = range(21, 31)  # ordinals of khen-thuong-tinh that only the in-person option seats
NAMED_IN_PERSON_ONLY = range(21, 24)

# A frequent family name stands several times.
FAMILIES = (
    *("Nguyễn " * 9 + "Trần " * 4 + "Lê " * 3 + "Phạm " * 2 + "Hoàng " * 2 + "Phan " * 2 + "Hồ " * 2).split(),
    *"Võ Vũ Đặng Bùi Đỗ Ngô Dương Cao Đậu Thái Đinh Trương Lương Hà Chu Tạ Mai Lưu Trịnh Đoàn".split(),
)
HIGHLAND_FAMILIES = (*"Lô Vi Lữ Lương Hà Kha Lô Vi Vang Xồng Và Cụt Moong Ngân".split(), *FAMILIES[:9])
MIDDLES = {
    "nam": "Văn Văn Văn Đức Hữu Quang Xuân Công Đình Thanh Ngọc Trọng Bá Sỹ Minh Anh Viết Doãn Cảnh".split(),
    "nữ": [
        "Thị",
        "Thị",
        "Thị Thanh",
        "Thị Hồng",
        "Thị Thu",
        "Thị Kim",
        "Thị Minh",
        "Ngọc",
        "Thúy",
        "Thị Bích",
    ],
}
GIVENS = {
    "nam": (
        "Hùng Dũng Cường Tuấn Sơn Hải Nam Long Thắng Bình Hòa Minh Đức Quân Trung Kiên Thành Phúc Lộc An Hiếu"
        " Toàn Khánh Tùng Lâm Hưng Tâm Quý Luận Thọ Hoàn Đạt Nghĩa Chiến Tài Thủy Ước Đồng"
    ).split(),
    "nữ": (
        "Hương Lan Hoa Hằng Thảo Nga Hà Hạnh Thủy Loan Phượng Yến Ngọc Nhung Trang Linh Mai Hồng Oanh Huyền"
        " Vân Liên Tú Dung Hiền Giang Xuân Thơm Tuyết Quỳnh Ánh Lý Thắm Nguyệt Hòa"
    ).split(),
}


class Place(NamedTuple):
    """One place of the plan; `unit` is empty where the organiser invites."""

    group: str
    unit: str
    ordinal: int


class Person(NamedTuple):
    name: str
    post: str
    phone: str
    email: str


# place → the other place that the same person holds
SHARED = {
    Place("btt-mttq-tinh", "", 3): Place("hdnd-ubnd", "", 3),
    Place("khen-thuong-tinh", "", 9): Place("doan-dbqh", "", 4),
    Place("btt-mttq-huyen", "tp-vinh", 1): Place("bau-cu-huyen", "tp-vinh", 1),
    Place("khen-thuong-huyen", "dien-chau", 3): Place("ct-xh-huyen", "dien-chau", 1),
}


# Those commended, in the order of the delegate list: first who represents a collective, then individuals.
# A number is a place of the list, by its ordinal; None: somebody who is not on it.
PROVINCE_COLLECTIVES: dict[str, int | None] = {
    "Ban Dân chủ - Pháp luật, Ủy ban MTTQ Việt Nam tỉnh": 1,
    "Ban Tổ chức - Tuyên giáo, Ủy ban MTTQ Việt Nam tỉnh": 2,
    "Ban Phong trào, Ủy ban MTTQ Việt Nam tỉnh": None,
    "Văn phòng Ủy ban MTTQ Việt Nam tỉnh": 4,
    "Hội Liên hiệp Phụ nữ tỉnh": 6,
    "Hội Cựu chiến binh tỉnh": 7,
    "Hội Nông dân tỉnh": 8,
    "Ủy ban bầu cử tỉnh": 9,
}
PROVINCE_INDIVIDUALS = [10, 11, 12, 13, 16, 17, 18, 19, 20, 21, 22, 23]
DISTRICT_NAMES = (
    "Vinh|Cửa Lò|Thái Hòa|Hoàng Mai|Quế Phong|Quỳ Châu|Kỳ Sơn|Tương Dương|Nghĩa Đàn|Quỳ Hợp|Quỳnh Lưu"
    "|Con Cuông|Tân Kỳ|Anh Sơn|Diễn Châu|Yên Thành|Đô Lương|Thanh Chương|Nghi Lộc|Nam Đàn|Hưng Nguyên"
).split("|")
DISTRICT_COLLECTIVES = [
    "Ban Thường trực Ủy ban MTTQ Việt Nam {area} {name}",
    "Ủy ban bầu cử {area} {name}",
]
COMMENDED_POSTS = [
    "Trưởng Ban Công tác Mặt trận khu dân cư",
    "Chủ tịch Ủy ban MTTQ Việt Nam cấp xã",
    "Phó Chủ tịch Ủy ban MTTQ Việt Nam cấp xã",
    "Chủ tịch Hội Người cao tuổi cấp xã",
    "Bí thư chi bộ khu dân cư",
    "Ủy viên Ủy ban MTTQ Việt Nam cấp xã",
]
ACHIEVEMENTS = [
    "Tổ chức tốt các hội nghị hiệp thương giới thiệu người ứng cử",
    "Tổ chức tốt hội nghị lấy ý kiến cử tri nơi cư trú",
    "Giám sát công tác bầu cử kịp thời, đúng quy định",
    "Tuyên truyền, vận động cử tri đi bầu đạt tỷ lệ cao",
    "Tổ chức tốt hội nghị tiếp xúc cử tri và vận động bầu cử",
]


class Nomination(NamedTuple):
    """Who is proposed to be commended; `unit` is empty for the organiser's own."""

    unit: str
    kind: str
    name: str
    representative: str
    position: str
    achievement: str


def digest(*parts: object) -> int:
    text = "/".join(map(str, (SEED, *parts)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def pick(options: Sequence[Option], *parts: object) -> Option:
    return options[digest(*parts) % len(options)]


def posts() -> dict[Place, str]:
    """Every place of both options with its post, in the plan's order, district by district at the bridges."""
    found = {Place(group, "", n): post for group, titles in HUB.items() for n, post in enumerate(titles, 1)}
    for unit in DISTRICTS:
        level = LEVELS[unit[:2] if unit in TOWNS else ""]
        for group, titles in BRIDGE.items():
            found |= {Place(group, unit, n): title.format(**level) for n, title in enumerate(titles, 1)}
    return found


def vacancies(places: Sequence[Place]) -> set[Place]:
    """Places that name nobody; the first of a group, and places of people who hold two, are always named."""
    extra = {Place("khen-thuong-tinh", "", n) for n in IN_PERSON_ONLY}
    kept = {*SHARED, *SHARED.values()}
    online = [place for place in places if place not in extra]
    free = [place for place in online if place.ordinal > 1 and place not in kept]
    empty = {place for place in extra if place.ordinal not in NAMED_IN_PERSON_ONLY}
    return empty | set(
        sorted(free, key=lambda place: digest("vacant", *place))[: round(VACANT * len(online))]
    )


def gender(place: Place, post: str) -> str:
    if "Phụ nữ" in post:
        return "nữ"
    return "nam" if "Cựu chiến binh" in post or digest("gender", *place) % 5 < 3 else "nữ"


def name_for(place: Place, post: str, taken: set[str]) -> str:
    """A name without a word twice that differs from all `taken` ones even when written without marks."""
    who = gender(place, post)
    families = HIGHLAND_FAMILIES if place.unit in HIGHLANDS else FAMILIES
    for attempt in count():
        parts = {"family": families, "middle": MIDDLES[who], "given": GIVENS[who]}
        words = " ".join(pick(names, part, *place, attempt) for part, names in parts.items()).split()
        if len(set(words)) == len(words) and ascii_of(" ".join(words)) not in taken:
            break
    return " ".join(words)


def post_of(places: Sequence[Place], all_posts: dict[Place, str]) -> str:
    """The post of who holds these places; being commended is none if there is another."""
    found = [all_posts[place] for place in places]
    return " - ".join([post for post in found if "bằng khen" not in post] or found)


def ascii_of(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(letter for letter in plain if letter.isascii())


def email_for(place: Place, name: str) -> str:
    """An address under a domain reserved for examples (RFC 2606); one person in eight gives none."""
    *family, given = ascii_of(name).split()
    return (
        ""
        if digest("email", *place) % 8 == 0
        else f"{given}.{''.join(family)}@{place.unit or 'tinh'}.example.org"
    )


def people() -> dict[Place, Person]:
    """The named places in the plan's order with the person of each; phones count up from 0900000001."""
    all_posts = posts()
    empty = vacancies(list(all_posts))
    also = {second: first for first, second in SHARED.items()}
    named: dict[Place, Person] = {}
    taken: set[str] = set()
    for place, post in all_posts.items():
        if place in empty or place in SHARED:
            continue
        held = [also[place], place] if place in also else [place]
        name = name_for(place, post, taken)
        taken.add(ascii_of(name))
        person = Person(name, post_of(held, all_posts), f"0900{len(taken):06d}", email_for(place, name))
        named |= dict.fromkeys(held, person)
    return {place: named[place] for place in all_posts if place in named}


def nominations(named: dict[Place, Person]) -> list[Nomination]:
    """As many as the plan's quotas: of the province, then district by district."""
    taken = {ascii_of(person.name) for person in named.values()}
    places = [Place("khen-thuong-tinh", "", number or 3) for number in PROVINCE_COLLECTIVES.values()]
    found = [
        collective(place, name, named, taken)
        for place, name in zip(places, PROVINCE_COLLECTIVES, strict=True)
    ]
    found += [
        individual(Place("khen-thuong-tinh", "", number), named, taken) for number in PROVINCE_INDIVIDUALS
    ]
    for unit, name in zip(DISTRICTS, DISTRICT_NAMES, strict=True):
        area = LEVELS[unit[:2] if unit in TOWNS else ""]["area"]
        own = [Place("khen-thuong-huyen", unit, ordinal) for ordinal in range(1, 7)]
        for place, title in zip(own, DISTRICT_COLLECTIVES, strict=False):
            found.append(collective(place, title.format(area=area, name=name), named, taken))
        found += [individual(place, named, taken) for place in own[len(DISTRICT_COLLECTIVES) :]]
    return found


def collective(place: Place, name: str, named: dict[Place, Person], taken: set[str]) -> Nomination:
    return Nomination(place.unit, "collective", name, commended(place, named, taken), "", achievement(place))


def individual(place: Place, named: dict[Place, Person], taken: set[str]) -> Nomination:
    post = named[place].post if place in named else ""
    post = pick(COMMENDED_POSTS, "commended post", *place) if "bằng khen" in post or not post else post
    return Nomination(place.unit, "individual", commended(place, named, taken), "", post, achievement(place))


def commended(place: Place, named: dict[Place, Person], taken: set[str]) -> str:
    """Who has the place in the delegate list, or somebody else."""
    if place in named:
        return named[place].name
    name = name_for(place, "", taken)
    taken.add(ascii_of(name))
    return name


def achievement(place: Place) -> str:
    return pick(ACHIEVEMENTS, "achievement", *place)


def write(target: Path, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows(rows)


def main(delegates: Path, nominated: Path) -> None:
    named = people()
    write(delegates, HEADINGS, ((*place, *person) for place, person in named.items()))
    write(nominated, NOMINATION_HEADINGS, nominations(named))


if __name__ == "__main__":
    beside = [Path(__file__).with_name(name) for name in ("delegates.csv", "nominations.csv")]
    main(*([Path(argument) for argument in sys.argv[1:3]] or beside))
