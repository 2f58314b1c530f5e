//! The area codes of the North American numbering plan, and the clocks of each.
//!
//! Checked code by code against the geographic and time zone data of Google's libphonenumber (9.0.43), which rests on the
//! plan's administrator, and against the zones' own borders where an area has two clocks. A code that is not here is free of
//! charge, personal, or too new: then a person can be anywhere (`super::atlas`).

const EASTERN: &str = "America/New_York";
const CENTRAL: &str = "America/Chicago";
const MOUNTAIN: &str = "America/Denver";
const PACIFIC: &str = "America/Los_Angeles";
const DETROIT: &str = "America/Detroit";
const ARIZONA: &str = "America/Phoenix";
const HAWAII: &str = "Pacific/Honolulu";
// A county that keeps another time than its state is enough.
const EASTERN_CENTRAL: &str = "America/New_York America/Chicago";
const UPPER_MICHIGAN: &str = "America/Detroit America/Menominee";
const CENTRAL_MOUNTAIN: &str = "America/Chicago America/Denver";
const IDAHO: &str = "America/Boise America/Los_Angeles";
const OREGON: &str = "America/Los_Angeles America/Boise";
const NEVADA: &str = "America/Los_Angeles America/Boise";
// The Navajo Nation puts its clocks forward, the state around it does not.
const NAVAJO: &str = "America/Phoenix America/Denver";
const ALASKA: &str = "America/Anchorage America/Adak";
const EDMONTON: &str = "America/Edmonton";
const VANCOUVER: &str = "America/Vancouver";
const INLAND: &str = "America/Vancouver America/Edmonton America/Dawson_Creek";
const WINNIPEG: &str = "America/Winnipeg";
const MONCTON: &str = "America/Moncton";
const NEWFOUNDLAND: &str = "America/St_Johns America/Goose_Bay";
const HALIFAX: &str = "America/Halifax";
const NORTH: &str = "America/Whitehorse America/Edmonton America/Rankin_Inlet America/Iqaluit";
const TORONTO: &str = "America/Toronto";
const ONTARIO: &str = "America/Toronto America/Winnipeg America/Atikokan";
const QUEBEC: &str = "America/Toronto America/Halifax America/Blanc-Sablon";
const SASKATCHEWAN: &str = "America/Regina America/Edmonton";

/// Where (ISO 3166-2 codes of states and provinces, 3166-1 of countries), by which clocks, and the codes.
pub(super) const AREAS: &[(&str, &str, &[u16])] = &[
    ("US-AK", ALASKA, &[907]),
    ("US-AL", CENTRAL, &[205, 251, 256, 334, 659, 938]),
    ("US-AR", CENTRAL, &[327, 479, 501, 870]),
    ("US-AZ", ARIZONA, &[480, 520, 602, 623]),
    ("US-AZ", NAVAJO, &[928]),
    (
        "US-CA",
        PACIFIC,
        &[
            209, 213, 279, 310, 323, 341, 350, 369, 408, 415, 424, 442, 510, 530, 559, 562, 619, 626, 628, 650, 657,
            661, 669, 707, 714, 738, 747, 760, 805, 818, 820, 831, 840, 858, 909, 916, 925, 949, 951,
        ],
    ),
    ("US-CO", MOUNTAIN, &[303, 719, 720, 748, 970, 983]),
    ("US-CT", EASTERN, &[203, 475, 860, 959]),
    ("US-DC", EASTERN, &[202, 771]),
    ("US-DE", EASTERN, &[302]),
    (
        "US-FL",
        EASTERN,
        &[239, 305, 321, 324, 352, 386, 407, 561, 645, 656, 689, 727, 728, 754, 772, 786, 813, 863, 904, 941, 954],
    ),
    ("US-FL", EASTERN_CENTRAL, &[448, 850]),
    ("US-GA", EASTERN, &[229, 404, 470, 478, 678, 706, 762, 770, 912, 943]),
    ("US-HI", HAWAII, &[808]),
    ("US-IA", CENTRAL, &[319, 515, 563, 641, 712]),
    ("US-ID", IDAHO, &[208, 986]),
    ("US-IL", CENTRAL, &[217, 224, 309, 312, 331, 447, 464, 618, 630, 708, 730, 773, 779, 815, 847, 872]),
    ("US-IN", EASTERN_CENTRAL, &[219, 574, 812, 930]),
    ("US-IN", EASTERN, &[260, 317, 463, 765]),
    ("US-KS", CENTRAL, &[316, 913]),
    ("US-KS", CENTRAL_MOUNTAIN, &[620, 785]),
    ("US-KY", EASTERN_CENTRAL, &[270, 364, 606]),
    ("US-KY", EASTERN, &[502, 859]),
    ("US-LA", CENTRAL, &[225, 318, 337, 504, 985]),
    ("US-MA", EASTERN, &[339, 351, 413, 508, 617, 774, 781, 857, 978]),
    ("US-MD", EASTERN, &[227, 240, 301, 410, 443, 667]),
    ("US-ME", EASTERN, &[207]),
    ("US-MI", DETROIT, &[231, 248, 269, 313, 517, 586, 616, 679, 734, 810, 947, 989]),
    ("US-MI", UPPER_MICHIGAN, &[906]),
    ("US-MN", CENTRAL, &[218, 320, 507, 612, 651, 763, 952]),
    ("US-MO", CENTRAL, &[235, 314, 417, 557, 573, 636, 660, 816, 975]),
    ("US-MS", CENTRAL, &[228, 601, 662, 769]),
    ("US-MT", MOUNTAIN, &[406]),
    ("US-NC", EASTERN, &[252, 336, 472, 704, 743, 828, 910, 919, 980, 984]),
    ("US-ND", CENTRAL_MOUNTAIN, &[701]),
    ("US-NE", CENTRAL_MOUNTAIN, &[308]),
    ("US-NE", CENTRAL, &[402, 531]),
    ("US-NH", EASTERN, &[603]),
    ("US-NJ", EASTERN, &[201, 551, 609, 640, 732, 848, 856, 862, 908, 973]),
    ("US-NM", MOUNTAIN, &[505, 575]),
    ("US-NV", PACIFIC, &[702, 725]),
    ("US-NV", NEVADA, &[775]),
    (
        "US-NY",
        EASTERN,
        &[212, 315, 329, 332, 347, 363, 516, 518, 585, 607, 631, 646, 680, 716, 718, 838, 845, 914, 917, 929, 934],
    ),
    ("US-OH", EASTERN, &[216, 220, 234, 283, 326, 330, 380, 419, 440, 513, 567, 614, 740, 937]),
    ("US-OK", CENTRAL, &[405, 539, 572, 580, 918]),
    ("US-OR", OREGON, &[458, 541]),
    ("US-OR", PACIFIC, &[503, 971]),
    ("US-PA", EASTERN, &[215, 223, 267, 272, 412, 445, 484, 570, 582, 610, 717, 724, 814, 835, 878]),
    ("US-RI", EASTERN, &[401]),
    ("US-SC", EASTERN, &[803, 821, 839, 843, 854, 864]),
    ("US-SD", CENTRAL_MOUNTAIN, &[605]),
    ("US-TN", EASTERN_CENTRAL, &[423, 931]),
    ("US-TN", CENTRAL, &[615, 629, 731, 901]),
    ("US-TN", EASTERN, &[865]),
    (
        "US-TX",
        CENTRAL,
        &[
            210, 214, 254, 281, 325, 346, 361, 409, 430, 432, 469, 512, 682, 713, 726, 737, 806, 817, 830, 832, 903,
            936, 940, 945, 956, 972, 979,
        ],
    ),
    ("US-TX", MOUNTAIN, &[915]),
    ("US-UT", MOUNTAIN, &[385, 435, 801]),
    ("US-VA", EASTERN, &[276, 434, 540, 571, 686, 703, 757, 804, 826, 948]),
    ("US-VT", EASTERN, &[802]),
    ("US-WA", PACIFIC, &[206, 253, 360, 425, 509, 564]),
    ("US-WI", CENTRAL, &[262, 274, 353, 414, 534, 608, 715, 920]),
    ("US-WV", EASTERN, &[304, 681]),
    ("US-WY", MOUNTAIN, &[307]),
    ("CA-AB", EDMONTON, &[368, 403, 587, 780, 825]),
    ("CA-BC", INLAND, &[236, 250, 257, 672, 778]),
    ("CA-BC", VANCOUVER, &[604]),
    ("CA-MB", WINNIPEG, &[204, 431, 584]),
    ("CA-NB", MONCTON, &[428, 506]),
    ("CA-NL", NEWFOUNDLAND, &[709, 879]),
    ("CA-NS CA-PE", HALIFAX, &[782, 902]),
    ("CA-YT CA-NT CA-NU", NORTH, &[867]),
    ("CA-ON", TORONTO, &[226, 249, 289, 343, 365, 382, 416, 437, 519, 548, 613, 647, 683, 705, 742, 753, 905, 942]),
    ("CA-ON", ONTARIO, &[807]),
    ("CA-QC", TORONTO, &[263, 273, 354, 438, 450, 468, 514, 579, 819, 873]),
    ("CA-QC", QUEBEC, &[367, 418, 581]),
    ("CA-SK", SASKATCHEWAN, &[306, 474, 639]),
    ("US-AS", "Pacific/Pago_Pago", &[684]),
    ("US-GU", "Pacific/Guam", &[671]),
    ("US-MP", "Pacific/Saipan", &[670]),
    ("US-PR", "America/Puerto_Rico", &[787, 939]),
    ("US-VI", "America/St_Thomas", &[340]),
    ("AG", "America/Antigua", &[268]),
    ("AI", "America/Anguilla", &[264]),
    ("BB", "America/Barbados", &[246]),
    ("BM", "Atlantic/Bermuda", &[441]),
    ("BS", "America/Nassau", &[242]),
    ("DM", "America/Dominica", &[767]),
    ("DO", "America/Santo_Domingo", &[809, 829, 849]),
    ("GD", "America/Grenada", &[473]),
    ("JM", "America/Jamaica", &[658, 876]),
    ("KN", "America/St_Kitts", &[869]),
    ("KY", "America/Cayman", &[345]),
    ("LC", "America/St_Lucia", &[758]),
    ("MS", "America/Montserrat", &[664]),
    ("SX", "America/Lower_Princes", &[721]),
    ("TC", "America/Grand_Turk", &[649]),
    ("TT", "America/Port_of_Spain", &[868]),
    ("VC", "America/St_Vincent", &[784]),
    ("VG", "America/Tortola", &[284]),
];
