//! Polish and Russian. The Polish ł is a letter of its own, which phones often leave out.

use super::grammar::Source;

pub(super) const SOURCES: &[Source] = &[
    Source {
        language: "pl",
        classes: &[
            (
                "TEXTS",
                "wiadomosci|wiadomosc|sms|sms_ow|smsow|smsy|sms_y|esemesow|esemesy|reklam|reklamy|spamu|smsami|\
                 wiadomosciami",
            ),
            ("WRITE", "pisz|piszcie|pisac|pisał|pisali|piszecie"),
            (
                "SEND",
                "wysyłaj|wysylaj|wysyłajcie|wysylajcie|wysyłac|wysylac|przysyłaj|przysyłajcie|przysyłac|przysylac|\
                 przysylajcie|slijcie|slij",
            ),
            ("MORE", "wiecej|juz|nigdy_wiecej|nigdy|juz_nigdy|juz_wiecej"),
            ("ANY", "zadnych|wiecej|waszych|twoich|tych|panstwa|juz|kolejnych|takich|te|wasze"),
            ("STOP", "przestancie|przestan|przestac|skonczcie|skoncz|prosze_przestac"),
            (
                "LIST",
                "listy|bazy|bazy_danych|listy_kontaktow|listy_mailingowej|systemu|kontaktow|listy_wysyłkowej|\
                 subskrypcji",
            ),
            ("YOUR", "waszej|twojej|tej|swojej|panstwa|waszego|tego"),
            (
                "REMOVE",
                "usun|usuncie|usunac|wykreslcie|wykresl|wykreslic|skasujcie|skasuj|skasowac|wypisz|wypiszcie|wypisac|\
                 wyrejestrujcie",
            ),
        ],
        before: "prosze, czesc, dzien dobry, dobry wieczor, hej, witam, dzieki, dziekuje, nie, nie dziekuje, tak, \
            sorry, przepraszam, ok, i, wiec, czy mozecie|moze_pan|moze_pani|mozesz, \
            czy moglibyscie|mogłby_pan|mogłaby_pani|mogłbys, mowiłem|mowiłam zebyscie?|zeby?, \
            nie jestem zainteresowany|zainteresowana, kto to, kim jestes, po raz ostatni, teraz, natychmiast, bardzo",
        after: "prosze, dziekuje, dzieki, z gory dziekuje, wiecej, juz, nigdy wiecej, natychmiast, teraz, od zaraz, \
            na ten|moj numer, nie jestem zainteresowany|zainteresowana, nie dziekuje, pozdrawiam, przepraszam, \
            do mnie, od was|ciebie|panstwa",
        because: "nie jestem, nie chce, nie znam, bo, poniewaz, to spam|nekanie, inaczej, mam juz",
        pauses: "do jutra, dopoki, az, oprocz, chyba ze, dzis, dzisiaj, prowadze, w pracy, na spotkaniu, spie, \
            odezwe sie, dam znac, napisze, na razie, narazie, chwilowo, w tym tygodniu",
        plain: "STOP do_mnie|mi? WRITE do_mnie?, STOP mi|do_mnie? SEND ANY? TEXTS, nie WRITE do_mnie|do_nas MORE?, \
            nie WRITE MORE do_mnie, do_mnie MORE? nie WRITE, nie WRITE MORE, \
            nie SEND mi|do_mnie|nam MORE? ANY? ANY? TEXTS, nie SEND MORE ANY? TEXTS, \
            nie chce|chcemy|zycze_sobie|zycze MORE? otrzymywac|dostawac|miec ANY? ANY? TEXTS, \
            nie chce|chcemy MORE? ANY? ANY? TEXTS, zadnych ANY? TEXTS, wiecej nie WRITE, \
            REMOVE mnie|nas|moj_numer z|ze YOUR LIST, REMOVE moj numer, REMOVE moj numer z LIST, \
            wypisz|wypiszcie|wypisac mnie z tego|subskrypcji, wypiszcie|wypisac mnie, o usuniecie mojego numeru, \
            o usuniecie mojego numeru z YOUR? LIST, prosze o usuniecie mnie? mojego_numeru? z YOUR LIST, \
            wycofuje|cofam moja|swoja? zgode, nie kontaktuj|kontaktujcie|kontaktowac sie ze_mna MORE?, \
            nie kontaktuj|kontaktujcie sie MORE ze_mna, zapomnijcie|zapomnij moj numer",
        likely: "zostawcie|zostaw mnie|nas w_spokoju, dajcie|daj mi|nam swiety? spokoj, \
            odczepcie|odczep sie ode_mnie?, spadaj, spadajcie, spieprzaj, spieprzajcie, odwalcie sie, \
            nigdy sie na_to|do_tego? nie zapisywałem|zapisywałam|zapisywalem|zapisywalam, \
            nie zapisywałem|zapisywałam|zapisywalem|zapisywalam sie na_to|do_tego?, \
            nie podawałem|podawałam|podawalem|podawalam wam|nikomu mojego|swojego numeru, nie nekajcie|nekaj mnie, \
            REMOVE mnie z LIST",
        wrong: "zły|zly|błedny|bledny|niewłasciwy|pomylony numer, zła|zla|niewłasciwa osoba, pomyłka, pomylka, \
            to pomyłka|pomylka, to jest? zły|zly|błedny|bledny|niewłasciwy numer, \
            ma_pan|ma_pani|macie|masz zły|zly|błedny|niewłasciwy numer, \
            pomylił|pomyliła|pomylili|pomyliliscie pan|pani|panstwo? numer|numery, pomyliłes|pomyliłas numer|numery, \
            to nie jest? juz? jego|jej numer, to juz nie jest? jego|jej numer, \
            nie jestem osoba ktorej szukasz|szukacie|pan_szuka|pani_szuka, \
            nie ma tu|tutaj nikogo o takim|tym imieniu|nazwisku",
        bare: "stop, wypisz, rezygnuje",
    },
    Source {
        language: "ru",
        classes: &[
            (
                "TEXTS",
                "сообщений|сообщения|сообщение|смс|смсок|смски|эсэмэс|эсэмэски|рекламу|рекламы|спам|спама|рассылку|\
                 рассылки|sms",
            ),
            ("WRITE", "пишите|пиши|пишите_и_не_звоните|звоните_и_не_пишите|смсьте"),
            ("SEND", "шлите|шли|присылайте|присылай|отправляйте|отправляй|высылайте|присылать|отправлять"),
            ("ANY", "ваши|эти|свои|больше|никаких|вашу|свою|эту|ваших|этих|своих|мне|нам|какие_либо|всякие"),
            ("STOP", "прекратите|перестаньте|хватит|прекрати|перестань|прекращайте|завязывайте|кончайте"),
            ("LIST", "базы|списка|рассылки|контактов|базы_данных|списков|базы_контактов|листа|системы"),
            ("YOUR", "вашей|вашего|этой|этого|своей|своего|ваших|всех"),
            ("REMOVE", "уберите|убери|удалите|удали|исключите|вычеркните|сотрите|удалить|убрать"),
        ],
        before: "пожалуйста, пжл, плиз, здравствуйте, здравствуй, привет, добрый день|вечер, доброе утро, спасибо, \
            нет, нет спасибо, да, ок, извините, простите, и, а, можете|можно|могли_бы вы?, не могли бы вы, вы можете, \
            я прошу|просил|просила|требую вас?, прошу, прошу вас, я же? сказал|сказала, \
            я уже говорил|говорила|просил|просила, не интересует, мне не? интересно|не_интересно, \
            меня не интересует|это_не_интересует, кто это, кто вы, кто ты, в последний раз, теперь, немедленно, все, \
            с вами",
        after: "пожалуйста, пжл, плиз, спасибо, больше, больше никогда, никогда, немедленно, сейчас, срочно, \
            сейчас же, на этот|мой номер, сюда, не интересует, мне не интересно, нет спасибо, извините, \
            заранее спасибо, от вас, впредь, вообще, с уважением, наконец, уже, мне",
        because: "я не, мне не, меня не, у меня уже, потому что, это спам|достало|надоело, иначе, а то, надоели, \
            вы ошиблись, достали",
        pauses: "до завтра, до утра, пока, кроме, если, сегодня, сейчас я, я за рулем, на работе, на совещании, сплю, \
            я сам|сама, я напишу|отвечу|позвоню, на этой неделе, временно",
        plain: "больше мне? не WRITE мне?, больше мне? не SEND мне? ANY? TEXTS, мне больше? не WRITE, \
            мне больше? не SEND ANY? TEXTS, не WRITE мне|нам|сюда больше?, не WRITE больше мне?, \
            не SEND мне|нам ANY? ANY? TEXTS?, не SEND больше мне? ANY? TEXTS, никогда больше? мне? не WRITE мне?, \
            STOP мне|нам|сюда? писать мне|нам|сюда?, \
            STOP мне|нам? слать|присылать|отправлять|рассылать|посылать ANY? ANY? TEXTS, STOP мне спамить, \
            STOP спамить, REMOVE меня|нас|мой_номер|номер из YOUR LIST, REMOVE мой номер, REMOVE мой номер из LIST, \
            REMOVE меня из рассылки|базы, отпишите|отпиши меня, отпишите|отпиши меня от ANY? TEXTS|этого|всего, \
            хочу|хотел_бы|хотела_бы отписаться, хочу|хотел_бы|хотела_бы отписаться от ANY? TEXTS|этого, \
            я отписываюсь, я? не хочу|желаю|хотел_бы больше? получать ANY? ANY? TEXTS, \
            я? больше не хочу|желаю получать ANY? ANY? TEXTS, я? не хочу чтобы вы мне писали, \
            никаких|больше_никаких|хватит ANY? TEXTS, я? отзываю свое|мое? согласие, \
            не связывайтесь|связываитесь со мной, больше не связываитесь со мной, забудьте|забудь мой|этот номер",
        likely: "оставьте|оставь меня|нас в_покое, отстаньте|отстань от_меня?, отвали, отвалите, отвяжитесь, \
            отвяжись, не беспокойте|беспокоите|беспокой меня|нас, больше не беспокойте меня, \
            я? на_это|никогда|на_вас? не подписывался|подписывалась на_это|на_вашу_рассылку|на_рассылку?, \
            я? не давал|давала вам свой|свои|мой номер, я вам не давал|давала свой|свои номер, \
            иди|идите на_хуй|нахуй|в_жопу|к_черту, пошли вон|нахуй, пошел вон|нахуй, REMOVE меня из списка",
        wrong: "вы|ты ошиблись|ошибся|ошиблась|ошибаетесь номером|адресатом, ошиблись номером, не тот номер|человек, \
            неправильный|неверный номер, это? не тот|неправильный|неверный номер, это уже|больше? не его|ее номер, \
            у вас неправильный|неверный|не_тот номер, вы? не туда попали|пишете|написали, вы меня с кем то путаете, \
            здесь|тут нет такого|таких человека|людей?, я не тот человек, я не тот кого вы ищете, \
            вы не тому пишете|написали",
        bare: "стоп, отписаться, отписка, stop",
    },
];
