//! Everyday notions of those who ask businesses things: words and turns of phrase that ask for one thing or show it.

use std::sync::LazyLock;

use super::groups::Groups;

/// Groups of words, with commas between them, of which each may stand for the others; any form of a word will do.
///
/// Written from what people say to shops, practices, workshops, hotels and the like; a word may belong to several.
const NOTIONS: &[(&str, &str)] = &[
    // Money.
    (
        "price",
        "price, cost, charge, fee, expensive, cheap, pricey, rate, tariff, dollar, euro, cent, bucks, quid, quote, \
         estimate, ballpark, how much, afford, set me back, pay for, price list, worth",
    ),
    (
        "free",
        "free, complimentary, gratis, no charge, nothing, for nothing, at no cost, include, included, on the house",
    ),
    (
        "pay",
        "pay, payment, card, cash, visa, mastercard, amex, credit, debit, contactless, apple pay, google pay, plastic, \
         banknote, coin, cheque, paypal, venmo, transfer, tap",
    ),
    ("cash", "cash, banknote, note, coin, bill"),
    ("card", "card, plastic, visa, mastercard, amex, credit, debit, contactless, apple pay, google pay"),
    ("deposit", "deposit, down payment, prepay, prepayment, advance, upfront, up front, hold, security"),
    ("invoice", "invoice, receipt, bill, statement, paperwork, tax"),
    ("tax", "tax, vat, levy, duty"),
    (
        "installments",
        "instalment, installment, payment plan, pay off, monthly, spread, financing, finance, in stages, bit by bit",
    ),
    ("refund", "refund, money back, reimburse, reimbursement, pay back, back, return, compensate, credit"),
    (
        "discount",
        "discount, percent, reduce, reduced, reduction, cheaper, deal, promo, promotion, coupon, off, student, senior, \
      pensioner, loyalty, special offer, saving, less",
    ),
    ("gift", "gift, present, voucher, birthday, bday, anniversary, surprise, gift card"),
    ("extra", "extra, surcharge, supplement, additional, on top, more"),
    ("insurance", "insurance, insurer, insure, insured, cover, covered, coverage, claim, benefit, policy, plan, tab"),
    ("membership", "member, membership, subscription, plan, subscribe, join, monthly, loyalty"),
    ("tip", "tip, gratuity, service charge"),
    // Bookings.
    (
        "book",
        "book, booking, reserve, reservation, appointment, slot, schedule, come in, fit in, squeeze in, see me, availability, \
         available, vacancy, space",
    ),
    (
        "walk-in",
        "walk in, walk-in, drop in, drop by, drop-in, turn up, show up, without an appointment, on the spot, stop by, swing by, just come, pop in",
    ),
    (
        "cancel",
        "cancel, cancellation, call off, call it off, cannot come, cannot make it, do not come, drop out, pull out, back out, \
         have to skip, not come, won't come",
    ),
    (
        "missed",
        "miss, missed, forget, forgot, no show, no-show, did not come, not come, not turn up, not show up, stood you up, slip my mind, do not come at all, fail to come",
    ),
    (
        "move",
        "move, reschedule, rebook, postpone, push back, bring forward, change, another date, other date, another day, other day, \
         different day, different date, switch, shift, swap",
    ),
    (
        "waiting list",
        "waiting list, waitlist, short notice, short-notice, list, sooner, earlier, far off, too far, too late, opening, comes free, becomes free",
    ),
    ("confirm", "confirm, confirmation, remind, reminder"),
    // Time.
    ("time", "hour, open, close, shut, late, early, until, till, schedule, oclock, noon, midnight, time, from"),
    (
        "open",
        "open, opening, close, closed, shut, hours, opening times, business hours, anybody there, anyone there, somebody there, staffed, off work, after work, get off",
    ),
    (
        "long",
        "minute, hour, day, week, month, duration, quick, fast, soon, ready, take, last, wait, turnaround, finish, done, by tomorrow, how long",
    ),
    (
        "day",
        "monday, tuesday, wednesday, thursday, friday, saturday, sunday, weekend, weekday, day, daily, today, tomorrow, tonight",
    ),
    ("weekend", "weekend, saturday, sunday"),
    ("morning", "morning, dawn, sunrise, daybreak, first thing, early, am"),
    ("noon", "noon, midday, lunch, lunchtime, afternoon"),
    ("evening", "evening, night, tonight, overnight, late, dusk, after work, after hours, dark, after dark"),
    (
        "late",
        "late, later, delay, delayed, running behind, overdue, behind schedule, not on time, stuck in traffic, hold up",
    ),
    ("early", "early, earlier, sooner, before, ahead, in advance"),
    ("holiday", "holiday, christmas, xmas, easter, thanksgiving, new year, public holiday, bank holiday, december"),
    ("winter", "winter, november, december, january, february, snow, cold, off season, march"),
    ("summer", "summer, june, july, august, high season, busy season"),
    (
        "urgent",
        "urgent, urgently, emergency, asap, immediately, right away, straight away, same day, today, now, quickly, hurry, rush, \
         express, priority, front of the line, at once, before tonight, in pain, help, fast",
    ),
    (
        "soon",
        "soon, fast, quick, quickly, hurry, rush, express, priority, tomorrow, front of the line, ready, working day, same day, by tomorrow",
    ),
    ("notice", "notice, in advance, ahead, beforehand, before"),
    ("longer", "longer, extend, extension, another day, another night, overtime, stay on, keep it"),
    (
        "sooner",
        "sooner, early, earlier, before the agreed, bring back, half day, unused, done by, leave early, cut short, shorten",
    ),
    // Places and ways.
    (
        "place",
        "address, located, location, direction, find, street, road, avenue, map, situate, nearest, where, corner, opposite, \
         entrance, find you",
    ),
    (
        "transport",
        "bus, train, tram, subway, metro, underground, line, stop, station, taxi, cab, uber, shuttle, ferry, walk, get there, \
         get to you, way, public transport, ride, drive",
    ),
    ("airport", "airport, plane, flight, fly, flying, terminal, land, takeoff"),
    ("car", "park, parking, car, garage, lot, car park, drive, vehicle, spot, meter, courtyard, bay"),
    ("camper", "camper, van, trailer, motor home, motorhome, rv, caravan, truck, bus, coach"),
    (
        "fetch",
        "fetch, collect, pick up, pick-up, pickup, pick us up, pick me up, shuttle, transfer, come and get, from home, collection, get it from",
    ),
    ("bring", "bring, deliver, delivery, drop off, drop them off, drop it off, hand over, take to, send"),
    ("deliver", "deliver, delivery, ship, shipping, courier, mail, post, send, parcel, package"),
    ("hand in", "hand in, drop, drop off, leave, locker, letterbox, mailbox, key safe, key box, after hours, put it"),
    ("give back", "return, bring back, give back, hand back, take back, get back"),
    (
        "reach",
        "phone, call, email, telephone, contact, reach, mail, text, message, number, whatsapp, ring, get hold of",
    ),
    (
        "home visit",
        "home visit, house call, visit, come round, come over, come to us, at home, mobile, on site, nursing home",
    ),
    ("online", "online, video, remote, zoom, virtual, website, app, web, internet, portal"),
    // Access and comfort.
    (
        "access",
        "wheelchair, access, accessible, accessibility, disabled, disability, ramp, step, stair, staircase, step-free, lift, elevator, \
         ground floor, mobility, crutch, walker, barrier, roll in, roll into, handicapped, bad knee, bad hip",
    ),
    ("toilet", "toilet, restroom, bathroom, washroom, loo, wc"),
    ("bath", "bath, bathtub, tub, soak, shower, bathroom, jacuzzi, hot tub, ensuite, wash, freshen up"),
    (
        "toiletries",
        "toiletries, soap, shampoo, shower gel, gel, hairdryer, hair dryer, towel, conditioner, toothbrush, toothpaste",
    ),
    ("linen", "towel, sheet, linen, bedding, blanket, pillow, duvet"),
    ("laundry", "laundry, washing, wash, clothes, launder, iron, ironing, dryer, washing machine, dirty"),
    ("clean", "clean, cleaning, dirty, dirt, mud, muddy, wash, hose, hygiene, tidy, housekeeping, spotless"),
    ("internet", "wifi, wi-fi, internet, network, password, online, connection, broadband, laptop"),
    (
        "cooling",
        "air conditioning, aircon, air con, air-conditioning, ac, conditioning, fan, cool, hot, heat, heatwave, stuffy, boiling",
    ),
    ("heating", "heat, heating, heater, radiator, warm, cold, freezing, fireplace"),
    ("television", "tv, television, screen"),
    ("view", "view, outlook, overlook, scenery, look out, facing, window, panorama"),
    ("garden", "garden, terrace, patio, yard, courtyard, outside, outdoors"),
    (
        "luxury",
        "suite, luxury, luxurious, posh, fancy, best, nicest, upscale, splurge, romantic, honeymoon, special, finest, premium, deluxe",
    ),
    ("quiet", "quiet, noise, noisy, loud, music, party, silence, silent, sleep, peace, peaceful"),
    ("may", "allow, allowed, welcome, permit, permitted, accept, forbid, forbidden, prohibited, ban, banned"),
    ("smoke", "smoke, smoking, smoker, cigarette, vape, tobacco, cigar"),
    ("alcohol", "alcohol, beer, wine, drink, drinking, drunk, bar"),
    ("pool", "swim, swimming, pool, beach, lake, bathe, dip, river"),
    ("sauna", "sauna, spa, steam, wellness"),
    ("fitness", "gym, fitness, workout, exercise, train"),
    ("desk", "desk, table, work, laptop, office, monitor"),
    // Stays.
    (
        "arrive",
        "arrive, arrival, check in, check-in, checkin, get in, doorstep, turn up, be there, get there, reach you, come in, land",
    ),
    (
        "depart",
        "leave, departure, depart, check out, check-out, checkout, set off, head off, go home, home, last day, vacate, be out",
    ),
    ("key", "key, code, door, get in, let in, let us in, lock, entrance, front door, key safe, night, locked out"),
    (
        "luggage",
        "luggage, bag, baggage, suitcase, case, backpack, rucksack, belonging, stuff, gear, things, leave our, dump, holdall",
    ),
    ("keep", "keep, store, storage, leave, stash, dump, put, look after, hold"),
    (
        "lost",
        "forget, forgot, leave behind, left behind, lose, lost, lost property, lost and found, left my, i left, still there, \
         still on, found, find, nightstand",
    ),
    (
        "safe",
        "safe, secure, securely, lock, locked, locker, shed, theft, steal, stolen, valuable, expensive, guard, overnight",
    ),
    ("valuable", "valuable, jewelry, jewellery, passport, money, laptop, safe, cash"),
    ("room", "room, bedroom, double, single, twin, suite, bed, apartment, accommodation, stay"),
    ("bed", "bed, cot, crib, bunk, mattress, extra bed, sleep, sofa bed"),
    ("alone", "alone, solo, single, just me, on my own, by myself, one person, only one, only me, myself, one of us"),
    (
        "together",
        "couple, partner, husband, wife, friend, with me, companion, accompany, beside, spouse, boyfriend, girlfriend, someone with",
    ),
    (
        "group",
        "group, party, team, colleague, school, club, several, of us, company outing, big family, reunion, from six",
    ),
    (
        "family",
        "family, parent, mother, father, mom, mum, dad, daughter, son, guardian, grandma, grandpa, brother, sister",
    ),
    (
        "children",
        "kid, child, children, baby, toddler, son, daughter, infant, newborn, little one, tiny one, year old, boy, girl, grandchild, \
         under four, under six, under three, cot, high chair, small child",
    ),
    (
        "teenager",
        "teen, teenager, minor, guardian, parent, underage, under sixteen, under eighteen, 14, 15, 16, 17, by himself, by herself, unaccompanied",
    ),
    ("age", "age, aged, old, year, minimum age, young, under, limit"),
    ("animal", "dog, pet, cat, puppy, animal, guide dog, assistance dog"),
    // Food.
    (
        "food",
        "eat, food, meal, hungry, snack, bite, breakfast, dinner, lunch, supper, restaurant, cafe, kitchen, menu, cook",
    ),
    ("breakfast", "breakfast, brunch, morning meal, breakfast bag, packed breakfast, buffet"),
    ("dinner", "dinner, supper, evening meal, restaurant, eat out, eat, pub, cook"),
    ("packed", "packed, bag, takeaway, to go, lunch box, picnic, take away, sandwich"),
    ("hot drink", "coffee, tea, kettle, espresso, cappuccino"),
    (
        "diet",
        "vegan, vegetarian, veggie, plant based, gluten, gluten-free, celiac, coeliac, lactose, dairy, diet, halal, kosher, cannot eat, do not eat",
    ),
    ("allergy", "allergy, allergic, allergen, intolerant, intolerance, cannot eat, reaction"),
    ("gluten", "gluten, celiac, coeliac, wheat"),
    ("nut", "nut, almond, peanut, walnut, hazelnut, pecan"),
    ("vegan", "vegan, dairy, lactose, milk, oat milk, plant based"),
    ("drinks", "drink, water, minibar, beverage, juice"),
    ("cook", "kitchen, kitchenette, cook, stove, oven, microwave, fridge, self catering"),
    // Outings.
    (
        "outing",
        "museum, sight, sightseeing, attraction, visit, things to do, tips, excursion, activity, bored, climbing the walls, entertain, see, town",
    ),
    ("rain", "rain, raining, rainy, pour, pouring, bucketing, wet, weather, storm, indoor, bad weather, drizzle"),
    ("trail", "trail, path, route, map, tour, ride, hike, hiking, walk, loop, track, guide, guided"),
    ("course", "class, course, lesson, workshop, teach, learn, training, tutorial, show me how, yourself"),
    ("event", "event, festival, concert, ticket, tix, wedding, party, celebration, conference, meeting"),
    // People and house.
    (
        "staff",
        "who, staff, doctor, dentist, mechanic, nurse, owner, boss, hygienist, team, therapist, stylist, manager, works here, dr",
    ),
    (
        "job",
        "job, hiring, hire, vacancy, career, apply, employ, employment, intern, apprentice, apprenticeship, work for you, help out, cv, recruit, looking for someone",
    ),
    ("language", "language, speak, english, spanish, french, german, interpreter, translate, translator, chinese"),
    (
        "new customer",
        "new patient, new customer, new client, first visit, first time, take on, take new, accept new, join, register, sign up, never been",
    ),
    (
        "records",
        "record, records, file, chart, notes, history, transfer, new dentist, new doctor, move away, x-rays, document, copy, form, request, paperwork",
    ),
    ("privacy", "privacy, data, personal, share, confidential, gdpr, delete my"),
    ("complaint", "complain, complaint, unhappy, disappointed, not satisfied, terrible, upset, problem"),
    ("environment", "environment, eco, green, sustainable, solar, recycle, save water"),
    ("charging", "charge, charger, charging, electric car, ev, plug, socket, outlet, battery"),
    // Repairs and things.
    (
        "repair",
        "repair, fix, mend, service, sort, sort out, broken, break, broke, acting up, not working, faulty, fault, restore, snap, \
         snapped, cracked, crack, stopped working, playing up, damaged",
    ),
    (
        "maintenance",
        "tune, tune-up, tuneup, maintenance, overhaul, service, check, checkup, check-up, inspect, inspection, adjust, adjustment, tweak, once over",
    ),
    (
        "estimate",
        "estimate, quote, price beforehand, in for, before you start, first look, diagnose, diagnosis, find more, ask you, ring you, approval, let me know, tell me",
    ),
    ("warranty", "warranty, guarantee, guaranteed, stand by, redo, again, labor, goes wrong"),
    ("damage", "damage, break, broken, crash, accident, scratch, dent, wear, cover, fall, fell, smash, ruin"),
    ("theft", "steal, stolen, theft, thief, rob, lock, gone, lost"),
    (
        "breakdown",
        "breakdown, broke down, break down, stranded, roadside, fell off, fall off, come off, came off, rescue, stuck, on the road, \
         out on, out by, call, help, mobile, trouble on the way, flat",
    ),
    ("rent", "rent, rental, hire, lease, borrow, lend, loan"),
    ("buy", "buy, purchase, order, sell, sale, shop, stock, new"),
    ("order", "order, preorder, buy, purchase, part, spare, arrive, delivery"),
    (
        "used",
        "used, second-hand, second hand, secondhand, pre-owned, trade-in, trade in, part payment, part exchange, old, get rid, swap, sell",
    ),
    (
        "assemble",
        "assemble, assembly, build, put together, putting together, in pieces, kit, carton, boxed, flat pack, set up, by mail, came by mail, ordered online",
    ),
    ("pack", "pack, packing, box, wrap, flight, plane, ship, travel, take apart"),
    ("replace", "replace, replacement, swap, exchange, change, new one, another one, substitute, different one"),
    ("fit", "fit, fitting, fitted, mount, install, installation, put on, attach"),
    ("size", "size, height, tall, small, large, big, frame, medium, fit, weigh, weight, limit"),
    ("wheel", "wheel, rim, spoke, wobble, wobbly, true, truing, buckled, bent, wonky, rub, side to side"),
    ("tire", "tire, tyre, tube, puncture, flat, inner tube, pump, air, wheel, nail"),
    ("brake", "brake, pad, squeak, squeal, stopping, lever, disc, bleed"),
    ("gear", "gear, gears, shift, shifting, derailleur, chain, cassette, slip, slipping, skip, skipping, cable"),
    (
        "bicycle",
        "bike, bicycle, cycle, cycling, two wheeler, ride, racer, pedal, pedalling, pushbike, machine, cyclist",
    ),
    (
        "electric bike",
        "ebike, e-bike, electric bike, electric, motor, battery, drive, bosch, shimano, pedelec, range, home-made",
    ),
    ("child seat", "child seat, trailer, tag-along, small child, tiny one, toddler, baby seat"),
    ("helmet", "helmet, lock, light, pannier, basket, accessory"),
    ("scooter", "scooter, motor scooter, moped, motorbike, motorcycle, washing machine"),
    ("locker", "locker, box, drop box, key drop, gate"),
    // Health.
    ("tooth", "tooth, teeth, molar, incisor, front tooth, chew, bite"),
    ("gum", "gum, gums, gum disease, below the gum line, bleeding gums, pocket, periodontal, underneath, infected"),
    (
        "dental cleaning",
        "cleaning, clean, hygiene, hygienist, scale, polish, scrape, scraped, plaque, tartar, deep cleaning",
    ),
    ("filling", "filling, cavity, hole, decay, white filling, silver"),
    ("crown", "crown, cap, bridge, inlay, porcelain, temporary"),
    ("implant", "implant, artificial tooth, screw"),
    ("denture", "denture, false teeth, dental plate, plate"),
    ("root canal", "root canal, nerve, root"),
    (
        "extraction",
        "extract, extraction, pull, pulled, take out, taken out, taking out, remove, removal, wisdom, wisdom tooth, had out",
    ),
    ("whitening", "whiten, whitening, bleach, bleaching, yellow, stain, brighter, white, whiter"),
    (
        "straightening",
        "straighten, straight, straighter, aligner, brace, braces, crooked, orthodontist, orthodontic, invisible, metal, gap",
    ),
    ("grinding", "grind, grinding, clench, clenching, night guard, guard, jaw, splint, mouthguard, mouth guard"),
    (
        "pain",
        "pain, painful, ache, aching, toothache, hurt, hurting, sore, throb, throbbing, swollen, swelling, agony, killing me, \
         people in pain",
    ),
    (
        "numb",
        "numb, numbness, anesthetic, anaesthetic, sedation, sedate, knock out, knock me out, knocked out, put under, asleep, general anesthetic, injection, needle, laughing gas",
    ),
    (
        "fear",
        "fear, afraid, scared, scare, nervous, anxious, anxiety, worry, worried, worries, terrified, phobia, dread, panic",
    ),
    ("x-ray", "x-ray, xray, radiation, rays, scan, image, imaging, zapped"),
    ("pregnant", "pregnant, pregnancy, expecting, baby on the way, unborn"),
    ("medicine", "medicine, medication, pill, painkiller, ibuprofen, antibiotic, prescription, tablet, drug"),
    ("blood", "bleed, bleeding, blood, red, bloody"),
    ("aftercare", "after, afterwards, aftercare, swelling, rinse, chew, avoid, normal, heal, healing, wound, recover"),
    ("knocked out", "knocked out, tooth out, fell, fall, fallen, grass, pick up, milk, front tooth"),
    ("often", "often, how often, every six months, regularly, interval, frequency, frequently, times a year"),
    ("safe for", "safe, harm, harmful, danger, dangerous, risk, risky, healthy, radiation"),
    ("treatment", "treatment, procedure, therapy, session, surgery, operation"),
    ("referral", "refer, referral, specialist, hospital, surgeon, orthodontist, somewhere else"),
    // Care of body and home, elsewhere.
    ("hair", "hair, haircut, cut, trim, colour, color, dye, highlights, blow dry, barber, beard, shave"),
    ("nail", "nail, manicure, pedicure, gel, polish, acrylic"),
    ("massage", "massage, facial, spa, treatment, back, relax"),
    ("home repair", "plumber, leak, leaking, drain, pipe, boiler, electrician, fuse, handyman"),
    ("photo", "photo, picture, image, shot, photograph"),
];

static GROUPS: LazyLock<Groups> = LazyLock::new(|| {
    let mut groups = Groups::default();
    for (notion, words) in NOTIONS {
        for name in words.split(',') {
            groups.add(name, &format!("§{notion}"));
        }
    }
    groups
});

/// The groups.
pub(super) fn groups() -> &'static Groups {
    &GROUPS
}

/// The sorts of answer that a question wants: "how much" a price, "how long" a duration, "where" a place, "when" a time.
pub(super) fn wanted(words: &[String]) -> Vec<&'static str> {
    let has = |word: &str| words.iter().any(|w| w == word);
    let pair = |a: &str, b: &str| words.windows(2).any(|w| w[0] == a && w[1] == b);
    let mut wanted = Vec::new();
    if pair("how", "much") {
        wanted.push("§price");
    }
    if pair("how", "long") {
        wanted.push("§long");
    }
    if has("where") {
        wanted.push("§place");
    }
    if has("when") || pair("what", "time") || pair("how", "late") || pair("how", "early") {
        wanted.push("§time");
    }
    wanted
}

/// The notions that a text shows without a word for them: a price by its currency, a time by its digits.
pub(super) fn shown(text: &str, words: &[String]) -> Vec<&'static str> {
    let mut shown = Vec::new();
    if text.contains(['$', '€', '£', '¥', '₹']) {
        shown.push("§price");
    }
    let starts_with_digit = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let clock = text
        .as_bytes()
        .windows(4)
        .any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit() && w[3].is_ascii_digit());
    let half_day = words.windows(2).any(|w| starts_with_digit(&w[0]) && matches!(w[1].as_str(), "am" | "pm"))
        || words.iter().any(|w| starts_with_digit(w) && (w.ends_with("am") || w.ends_with("pm")));
    if clock || half_day {
        shown.push("§time");
    }
    shown
}
