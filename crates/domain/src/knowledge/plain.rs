//! A texted question in plain English: what is spelled as people text, misspelled, or a turn of phrase, written out.

use std::collections::HashMap;
use std::sync::LazyLock;

/// How people text.
const TEXTING: &[(&str, &str)] = &[
    ("u", "you"),
    ("ya", "you"),
    ("r", "are"),
    ("ur", "your"),
    ("urs", "yours"),
    ("y", "why"),
    ("n", "and"),
    ("w", "with"),
    ("wth", "with"),
    ("w/o", "without"),
    ("b4", "before"),
    ("2", "to"),
    ("4", "for"),
    ("hw", "how"),
    ("whats", "what is"),
    ("wats", "what is"),
    ("wat", "what"),
    ("wut", "what"),
    ("wheres", "where is"),
    ("whens", "when is"),
    ("hows", "how is"),
    ("whos", "who is"),
    ("theres", "there is"),
    ("hes", "he is"),
    ("shes", "she is"),
    ("thx", "thanks"),
    ("tnx", "thanks"),
    ("thnx", "thanks"),
    ("ty", "thanks"),
    ("cheers", "thanks"),
    ("pls", "please"),
    ("plz", "please"),
    ("plse", "please"),
    ("soz", "sorry"),
    ("sry", "sorry"),
    ("hiya", "hi"),
    ("heya", "hi"),
    ("lol", ""),
    ("tmrw", "tomorrow"),
    ("tmr", "tomorrow"),
    ("tmw", "tomorrow"),
    ("2moro", "tomorrow"),
    ("2morrow", "tomorrow"),
    ("2mrw", "tomorrow"),
    ("2day", "today"),
    ("2nite", "tonight"),
    ("tonite", "tonight"),
    ("wknd", "weekend"),
    ("wkend", "weekend"),
    ("wkday", "weekday"),
    ("wk", "week"),
    ("wks", "weeks"),
    ("mth", "month"),
    ("mths", "months"),
    ("yr", "year"),
    ("yrs", "years"),
    ("wanna", "want"),
    ("gonna", "going to"),
    ("goin", "going"),
    ("comin", "coming"),
    ("gotta", "need"),
    ("gimme", "give"),
    ("lemme", "let"),
    ("cuz", "because"),
    ("coz", "because"),
    ("bc", "because"),
    ("abt", "about"),
    ("btw", "by the way"),
    ("hrs", "hours"),
    ("hr", "hour"),
    ("mins", "minutes"),
    ("min", "minutes"),
    ("appt", "appointment"),
    ("appts", "appointments"),
    ("apt", "appointment"),
    ("resv", "reservation"),
    ("rez", "reservation"),
    ("bday", "birthday"),
    ("xmas", "christmas"),
    ("ppl", "people"),
    ("some1", "someone"),
    ("any1", "anyone"),
    ("every1", "everyone"),
    ("no1", "no one"),
    ("msg", "message"),
    ("txt", "text"),
    ("addy", "address"),
    ("addr", "address"),
    ("stn", "station"),
    ("tix", "tickets"),
    ("ac", "air conditioning"),
    ("aircon", "air conditioning"),
    ("tel", "phone"),
    ("fone", "phone"),
    ("nite", "night"),
    ("thru", "through"),
    ("veg", "vegetarian"),
    ("veggie", "vegetarian"),
    ("gf", "gluten free"),
    ("choc", "chocolate"),
    ("pics", "pictures"),
    ("pic", "picture"),
    ("deets", "details"),
    ("info", "information"),
    ("bf", "boyfriend"),
    ("hubby", "husband"),
    ("mum", "mother"),
    ("mom", "mother"),
    ("dad", "father"),
    ("doc", "doctor"),
    ("meds", "medicine"),
    ("bucks", "dollars"),
    ("quid", "dollars"),
    ("sat", "saturday"),
    ("sun", "sunday"),
    ("mon", "monday"),
    ("tue", "tuesday"),
    ("tues", "tuesday"),
    ("wed", "wednesday"),
    ("weds", "wednesday"),
    ("thu", "thursday"),
    ("thur", "thursday"),
    ("thurs", "thursday"),
    ("fri", "friday"),
    ("jan", "january"),
    ("feb", "february"),
    ("aug", "august"),
    ("sept", "september"),
    ("oct", "october"),
    ("nov", "november"),
    ("dec", "december"),
];

/// Words that are often misspelled, so that the index's own words need not be guessed from.
const MISSPELLED: &str = "wich which, witch which, mutch much, moch much, thier their, ther there, shud should, cud could, wud would, \
    woud would, definately definitely, recieve receive, adress address, adres address, apointment appointment, apointmnt \
    appointment, appointmnt appointment, appoitment appointment, appointement appointment, tomorow tomorrow, tommorow tomorrow, \
    tommorrow tomorrow, tomorro tomorrow, saterday saturday, satuday saturday, wensday wednesday, wendsday wednesday, wednsday \
    wednesday, thursdy thursday, tusday tuesday, febuary february, calender calendar, cancle cancel, cancell cancel, cancelation \
    cancellation, canceled cancelled, refun refund, reciept receipt, recipt receipt, reccomend recommend, recomend recommend, \
    recommed recommend, accomodation accommodation, acommodation accommodation, breakfst breakfast, brekfast breakfast, brekkie \
    breakfast, brekky breakfast, resturant restaurant, restaraunt restaurant, restraunt restaurant, bycicle bicycle, bicicle \
    bicycle, bisycle bicycle, bycycle bicycle, byke bike, tyre tire, tyres tires, collor color, coler color, colour color, \
    diffrent different, diferent different, prise price, prize price, pryce price, discout discount, diskount discount, insurence \
    insurance, insurrance insurance, warrenty warranty, waranty warranty, garantee guarantee, guarentee guarantee, gaurantee \
    guarantee, repare repair, repar repair, serivce service, servise service, sevice service, expencive expensive, expensiv \
    expensive, availible available, avalable available, availabel available, vacansy vacancy, reservacion reservation, reserv \
    reserve, resevation reservation, colect collect, collet collect, delivry delivery, paking parking, parkin parking, acess \
    access, wheelchar wheelchair, wheelchiar wheelchair, husbend husband, freind friend, childern children, chidren children, \
    babysiter babysitter, teech teach, tooths teeth, toths teeth, teeths teeth, toothe tooth, denist dentist, dentis dentist, \
    dentst dentist, hygenist hygienist, hygeinist hygienist, hygene hygiene, clening cleaning, cleening cleaning, cleanin \
    cleaning, whitning whitening, whitenning whitening, anesthesic anesthetic, emergancy emergency, emergensy emergency, urgant \
    urgent, painfull painful, payed paid, paymant payment, bilding building, enterance entrance, entrence entrance, luggege \
    luggage, lugage luggage, bagage baggage, suitecase suitcase, wether weather, wheather weather, whetherr weather, vegitarian \
    vegetarian, vegatarian vegetarian, alergic allergic, alergy allergy, glutenfree gluten free, internt internet, pasword \
    password, wify wifi, wi fi wifi, aircondition air conditioning, aircondishoning air conditioning, airconditioning air \
    conditioning, airconditioner air conditioning, happends happens, durring during, treatmnt treatment, tretment treatment, \
    minuts minutes, mounth month, munth month, gropus groups, grup group, stil still, allready already, becuase because, beleive \
    believe, untill until, fone phone, numbr number, qestion question, questin question, wat what, vaucher voucher, vocher \
    voucher, helmit helmet, brakes brakes, breaks brakes, puncher puncture, puntcure puncture, serviced serviced, rentle rental, \
    rentel rental, hier hire, deposite deposit, depost deposit, morgage mortgage, credt credit, cheep cheap, cheepest cheapest, \
    earler earlier, leter later, laight late, evning evening, nigth night, nite night, nights nights";

/// Turns of phrase, and what is meant.
const PHRASES: &[(&str, &str)] = &[
    ("what's the damage", "what does it cost"),
    ("whats the damage", "what does it cost"),
    ("what is the damage", "what does it cost"),
    ("set me back", "cost"),
    ("sets me back", "costs"),
    ("set us back", "cost"),
    ("ballpark", "rough price"),
    ("what would you want for", "what does it cost for"),
    ("what will you want for", "what does it cost for"),
    ("what do you want for", "what does it cost for"),
    ("what do you take for", "what does it cost for"),
    ("what would you charge", "what does it cost"),
    ("cost an arm and a leg", "cost much"),
    ("break the bank", "cost much"),
    ("pick up the tab", "pay the bill"),
    ("foot the bill", "pay the bill"),
    ("out of pocket", "pay myself"),
    ("going rate", "price"),
    ("something off", "a discount"),
    ("money off", "a discount"),
    ("knock something off", "give a discount"),
    ("knock me out", "put me to sleep with general anesthetic"),
    ("put me under", "put me to sleep with general anesthetic"),
    ("no plastic", "no card"),
    ("plastic money", "card"),
    ("banknotes", "cash"),
    ("two wheelers", "bicycles"),
    ("two wheeler", "bicycle"),
    ("push bike", "bicycle"),
    ("bucketing down", "raining"),
    ("tipping down", "raining"),
    ("pissing down", "raining"),
    ("pouring down", "raining"),
    ("climbing the walls", "bored"),
    ("acting up", "not working"),
    ("playing up", "not working"),
    ("on the blink", "not working"),
    ("on the fritz", "not working"),
    ("packed up", "stopped working"),
    ("gave up the ghost", "stopped working"),
    ("sort that", "repair that"),
    ("sort it", "repair it"),
    ("sort this", "repair this"),
    ("sort out", "repair"),
    ("have a soak", "have a bath"),
    ("posh", "luxurious"),
    ("tiny ones", "small children"),
    ("little ones", "small children"),
    ("wee ones", "small children"),
    ("grown ups", "adults"),
    ("squeeze in", "fit in"),
    ("in the sticks", "far away"),
    ("give me a hand", "help me"),
    ("get hold of", "reach"),
    ("get in touch", "contact"),
    ("give you a bell", "call you"),
    ("give you a ring", "call you"),
    ("swing by", "come by"),
    ("pop in", "come by without an appointment"),
    ("pop by", "come by without an appointment"),
    ("just turn up", "come without an appointment"),
    ("just show up", "come without an appointment"),
    ("call it off", "cancel it"),
    ("call off", "cancel"),
    ("bail on", "cancel"),
    ("push it back", "move it to a later date"),
    ("push back", "move to a later date"),
    ("bring it forward", "move it to an earlier date"),
    ("running behind", "late"),
    ("running late", "late"),
    ("held up", "late"),
    ("at the crack of dawn", "early in the morning"),
    ("crack of dawn", "early morning"),
    ("before sunrise", "very early in the morning"),
    ("on the house", "free of charge"),
    ("free of charge", "free of charge"),
    ("for nothing", "free of charge"),
    ("get rid of", "sell"),
    ("what i'm in for", "what it will cost"),
    ("what im in for", "what it will cost"),
    ("in pieces", "not assembled"),
    ("a bite to eat", "something to eat"),
    ("grab a bite", "eat something"),
    ("peckish", "hungry"),
    ("loo", "toilet"),
    ("the gents", "the toilet"),
    ("the ladies room", "the toilet"),
    ("our stuff", "our luggage"),
    ("my stuff", "my luggage"),
    ("all our stuff", "all our luggage"),
    ("got the all clear", "may"),
    ("killing me", "hurting"),
    ("doc", "doctor"),
    ("gnashers", "teeth"),
    ("choppers", "teeth"),
    ("in stages", "in installments"),
    ("bit by bit", "in installments"),
    ("pay it off", "pay in installments"),
    ("nod off", "sleep"),
    ("get some shut eye", "sleep"),
    ("a couple of", "two"),
];

static WORDS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let misspelled = MISSPELLED.split(", ").filter_map(|pair| pair.trim().split_once(' '));
    misspelled.chain(TEXTING.iter().copied()).collect()
});

/// What a lower-case word of a text stands for, if it is not what it should be.
pub(super) fn word(texted: &str) -> Option<&'static str> {
    WORDS.get(texted).copied()
}

/// The text with its turns of phrase replaced; lower case.
pub(super) fn phrases(text: &str) -> String {
    let mut plain = text.to_lowercase().replace(['’', '‘'], "'");
    for (phrase, meant) in PHRASES {
        plain = replaced(&plain, phrase, meant);
    }
    plain
}

/// Replaces a phrase where it stands as words.
fn replaced(text: &str, phrase: &str, meant: &str) -> String {
    if !text.contains(phrase) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(phrase) {
        let end = at + phrase.len();
        let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let whole =
            apart(rest[..at].chars().next_back().or(out.chars().next_back())) && apart(rest[end..].chars().next());
        out.push_str(&rest[..at]);
        out.push_str(if whole { meant } else { phrase });
        rest = &rest[end..];
    }
    out + rest
}
