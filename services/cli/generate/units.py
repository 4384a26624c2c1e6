"""Made-up units of a national conference: provinces, districts, communes. Keys tell where a unit belongs."""
# ruff: noqa: SIM905 - word lists as one string keep this a page

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from services.cli.generate.shape import COMMUNES_IN_DISTRICT, DISTRICTS_IN_PROVINCE, Shape

_FIRST = (
    "An Bình Cát Cẩm Châu Đại Đắc Điền Định Đông Gia Hải Hạnh Hậu Hiệp Hòa Hồng Hợp Hưng Khánh Kim Lạc"
    " Lâm Long Lương Mỹ Nam Nghĩa Ngọc Nhân Ninh Phong Phú Phúc Quang Quế Sơn Tam Tân Thạch Thanh Thiện"
    " Thịnh Thuận Tiên Trung Trường Vạn Văn Vĩnh Xuân Yên"
).split()
_SECOND = (
    "Bảo Cường Dương Đạo Đức Giang Hà Hạ Hoa Huệ Khê Kỳ Lãng Lễ Liên Lĩnh Lộc Lợi Lưu Mậu Minh Ngãi"
    " Nguyên Nhuận Phương Quảng Quý Tài Tâm Thái Thành Thắng Thọ Thủy Tiến Trạch Tường Tùng Vân Việt Vinh"
    " Vượng"
).split()
_STRIDE = 1_237  # shares no factor with the number of pairs, so that neighbours have unlike names


class Unit(NamedTuple):
    key: str
    name: str
    level: str
    parent: str


def province_key(province: int) -> str:
    return f"t{province + 1:02d}"


def commune_key(commune: int) -> str:
    """Communes count from 0 over the whole country."""
    district, within = divmod(commune, COMMUNES_IN_DISTRICT)
    return f"{_district_key(district)}-x{within + 1:02d}"


def commune_name(commune: int) -> str:
    return f"Xã {_name(commune)}, huyện {_name(_of_district(commune // COMMUNES_IN_DISTRICT))}"


def units(shape: Shape, organiser: str) -> Iterator[Unit]:
    """All units below the organiser, level by level."""
    for province in range(shape.provinces):
        name = f"Tỉnh {_name(_of_province(province))}"
        yield Unit(province_key(province), name, "province", organiser)
    for district in range(shape.districts):
        parent = province_key(district // DISTRICTS_IN_PROVINCE)
        yield Unit(_district_key(district), f"Huyện {_name(_of_district(district))}", "district", parent)
    for commune in range(shape.communes):
        parent = _district_key(commune // COMMUNES_IN_DISTRICT)
        yield Unit(commune_key(commune), commune_name(commune), "commune", parent)


def _district_key(district: int) -> str:
    province, within = divmod(district, DISTRICTS_IN_PROVINCE)
    return f"{province_key(province)}-h{within + 1:02d}"


def _of_province(province: int) -> int:
    return 7 * province + 3


def _of_district(district: int) -> int:
    return 3 * district + 11


def _name(number: int) -> str:
    """As in the country, names come again: of 2,184 different ones."""
    first, second = divmod(number * _STRIDE % (len(_FIRST) * len(_SECOND)), len(_SECOND))
    return f"{_FIRST[first]} {_SECOND[second]}"
