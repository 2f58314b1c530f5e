//! German and Dutch.

use super::grammar::Source;

pub(super) const SOURCES: &[Source] = &[
    Source {
        language: "de",
        classes: &[
            (
                "TEXTS",
                "nachrichten|nachricht|sms|smsen|textnachrichten|werbung|spam|werbe_sms|werbenachrichten|\
                 kurznachrichten",
            ),
            ("SIE", "sie|ihr|du|bitte|sie_bitte|ihr_bitte|bitte_sie"),
            ("WRITE", "schreiben|schreibt|schreib|schreibe|texten|textet|simsen|kontaktieren|kontaktiert|kontaktiere"),
            ("SEND", "schicken|schickt|schick|schicke|senden|sendet|sende|zusenden|zuschicken"),
            ("NO_MORE", "nicht_mehr|nie_mehr|nie_wieder|nicht_wieder|nimmer"),
            ("STOP", "horen|hort|hor|hore|hoeren|hoert|hoer"),
            (
                "LIST",
                "liste|listen|verteiler|verteilerliste|datenbank|mailingliste|kontakte|kontaktliste|kartei|system|\
                 sms_liste",
            ),
            ("YOUR", "ihrer|ihrem|eurer|eurem|deiner|deinem|dieser|diesem|der|dem"),
            (
                "REMOVE",
                "nehmen|nehmt|nimm|streichen|streicht|streich|loschen|loscht|losch|losche|loeschen|loescht|loesche|\
                 entfernen|entfernt|entferne",
            ),
            ("ANY", "keine|keinerlei|mehr|weitere|weiteren|ihre|eure|deine|diese|die|von_ihnen"),
        ],
        before: "bitte, hallo, hi, guten tag|morgen|abend, moin, servus, danke, nein, nein danke, ja, sorry, \
            entschuldigung, ok, okay, so, und, also, jetzt, nochmal, nochmals, endlich, \
            konnen|koennen|konnten|koennten|wurden|wuerden sie, kannst|konntest|koenntest|wurdest du, \
            konnt|koennt|konntet ihr, ich bitte sie|dich|euch, ich habe|hab schon? mehrfach? gesagt, kein interesse, \
            ich habe|hab kein interesse, ich bin nicht interessiert, zum letzten|dritten mal, wer ist das|da, \
            wer sind sie, wer bist du, stopp, hiermit, ab sofort, sofort",
        after: "bitte, danke, mehr, sofort, jetzt, ab sofort, endlich, nie wieder, vielen dank, danke schon, \
            umgehend, wieder, heraus, raus, runter, ab, kein interesse, ich habe|hab kein interesse, nein danke, \
            von ihnen|euch|dir, an diese|meine nummer, mfg, gruss, entschuldigung, sorry, bekommen, erhalten, haben, \
            in zukunft, kunftig, zukunftig",
        because: "ich bin nicht, ich habe, ich hab, ich kenne, ich mochte nicht, ich will nicht, weil, \
            das ist belastigung|spam|nervig, sonst, es nervt, das nervt, sie haben",
        pauses: "bis, wahrend, waehrend, ausser, solange, heute, gerade, ich fahre, auf der arbeit, bei der arbeit, \
            im meeting, in einer besprechung, ich schlafe, ich melde, ich schreibe|ruf|rufe, im moment, diese woche, \
            vorerst, erstmal",
        plain: "WRITE SIE? mir|uns|mich SIE? NO_MORE, mir|mich|uns NO_MORE WRITE, \
            WRITE SIE? SIE? nie_wieder|nie_mehr, WRITE SIE? NO_MORE an diese|meine nummer, \
            SEND SIE? mir|uns SIE? ANY? keine|keinerlei ANY? TEXTS, SEND SIE? ANY? keine|keinerlei ANY? TEXTS mehr, \
            mir|uns keine ANY? TEXTS mehr? SEND, keine ANY? TEXTS mehr, keine weiteren TEXTS, ich will|mochte|moechte|\
            wunsche|wuensche|brauche SIE? keine ANY? TEXTS mehr? von_ihnen|von_euch|von_dir? mehr?, \
            ich will|mochte|moechte nicht_mehr kontaktiert|angeschrieben werden, \
            STOP SIE? SIE? auf mir|uns ANY? TEXTS? zu WRITE|SEND, \
            STOP SIE? SIE? auf mich zu kontaktieren|anzuschreiben, STOP SIE? SIE? auf mich anzuschreiben, \
            STOP SIE? SIE? auf mit ANY? den? TEXTS, stoppen|stoppt|stopp|beenden SIE? ANY? TEXTS, \
            REMOVE SIE? SIE? mich|uns|meine_nummer SIE? aus|von YOUR LIST, REMOVE SIE? SIE? meine nummer, \
            mich|meine_nummer aus|von YOUR LIST REMOVE|austragen, melden|meldet SIE? SIE? mich SIE? ab, \
            meld|melde mich ab, tragen|tragt|trag SIE? SIE? mich SIE? aus, \
            tragen|tragt|trag SIE? SIE? mich SIE? aus YOUR LIST aus, \
            ich widerrufe meine einwilligung|zustimmung|erlaubnis, ich melde mich ab, \
            vergessen|vergesst|vergiss SIE? meine nummer",
        likely: "lassen|lasst|lass SIE? SIE? mich|uns SIE? in_ruhe|in_frieden, \
            STOP SIE? SIE? auf mich zu belastigen|belaestigen|nerven, belastigen|belaestigen SIE mich nicht, \
            ich habe|hab mich nie? dafur|dafuer|hier|hierfur? nie? angemeldet, \
            ich habe|hab das nie|nicht abonniert|bestellt, ich habe|hab ihnen|euch|dir nie meine nummer gegeben, \
            verpiss dich, verpisst euch, hau ab, ich will|mochte|moechte mich abmelden|austragen, leck mich",
        wrong: "falsche nummer|person, sie haben die|eine falsche nummer|person, \
            du hast die|eine falsche nummer|person, ihr habt die|eine falsche nummer|person, \
            das|hier ist die|eine? falsche nummer, falsch verbunden, sie sind falsch verbunden, \
            da? haben sie sich? in der nummer geirrt, sie haben sich in der nummer geirrt, \
            ich bin nicht die person die sie suchen, das ist nicht|nicht_mehr seine nummer, \
            das ist nicht die richtige nummer, hier gibt es niemanden mit diesem|dem namen, \
            hier wohnt niemand mit diesem|dem namen, niemand mit diesem namen hier?",
        bare: "stop, stopp, abmelden, abbestellen",
    },
    Source {
        language: "nl",
        classes: &[
            (
                "TEXTS",
                "berichten|berichtjes|bericht|sms|smsjes|sms_berichten|appjes|reclame|spam|tekstberichten|smsen|\
                 textberichten",
            ),
            ("ME", "mij|me|ons"),
            ("PLEASE", "aub|alstublieft|alsjeblieft|svp|graag"),
            ("ANY", "van_die|die|deze|jullie|uw|je|de|meer|verdere|andere|al_die"),
            (
                "LIST",
                "lijst|lijsten|bestand|bestanden|systeem|mailinglijst|verzendlijst|database|contacten|contactenlijst|\
                 belijst|sms_lijst",
            ),
            ("YOUR", "uw|je|jullie|deze|jouw|de"),
            ("REMOVE", "haal|haalt|verwijder|verwijdert|schrap|wis|gooi|halen|verwijderen|schrappen"),
            ("STOP", "stop|stopt|hou_op|houd_op|houdt_op|kap"),
        ],
        before: "hallo, hoi, dag, goedemorgen, goedemiddag, goedenavond, aub, alstublieft, alsjeblieft, svp, graag, \
            bedankt, dank je, dank u, nee, nee bedankt, ja, sorry, ok, oke, en, dus, nu, \
            kunt|kan|kun|wilt|wil|zou|zouden u|je|jij|jullie, ik heb al? gezegd|gevraagd om?, geen interesse, \
            ik heb geen interesse, ik ben niet geinteresseerd, wie is dit|dat, wie ben je|jij, wie bent u, \
            voor de laatste keer, hierbij, gelieve",
        after: "aub, alstublieft, alsjeblieft, svp, graag, bedankt, dank je|u, meer, direct, nu, onmiddellijk, \
            per direct, nooit meer, alvast bedankt, geen interesse, nee bedankt, van jullie|u|je, op|naar dit nummer, \
            groet, groetjes, mvg, voortaan, sorry, ontvangen, krijgen, a u b",
        because: "ik heb, ik ben niet, ik wil niet, ik ken, want, omdat, dit is spam|intimidatie|hinderlijk, anders, \
            jullie hebben",
        pauses: "tot, terwijl, tenzij, behalve, zolang, vandaag, ik rij, ik rijd, op het werk, op mijn werk, \
            in een vergadering, ik slaap, ik laat, ik app|sms|bel|stuur, voorlopig, even, op dit moment, deze week, \
            vanavond",
        plain: "STOP met ME te? smsen|berichten|appen|contacteren|benaderen|spammen, \
            STOP met het? smsen|appen|berichten, STOP met ME? ANY? TEXTS te? sturen|versturen, \
            STOP met het? sturen van ANY? TEXTS, STOP met ANY? TEXTS, \
            stuur|stuurt|sturen|zend ME PLEASE? geen ANY? TEXTS, stuur|stuurt|sturen geen ANY? TEXTS meer, \
            ME geen ANY? TEXTS meer sturen, geen ANY? TEXTS meer, ik wil|wens|hoef PLEASE? geen ANY? TEXTS meer?, \
            ik wil|wens niet_meer? niet? gecontacteerd|benaderd worden, \
            REMOVE ME|mijn_nummer PLEASE? uit|van YOUR LIST, REMOVE mijn nummer, \
            ME|mijn_nummer uit|van YOUR LIST halen|verwijderen|schrappen, meld ME PLEASE? af, \
            meld ME PLEASE? af voor|van ANY? TEXTS|LIST|dit, schrijf ME PLEASE? uit, \
            neem|neemt PLEASE? geen contact meer op, neem|neemt geen contact meer? op met ME, \
            neem|neemt PLEASE? geen contact meer? met ME op, \
            sms|app|bericht|contacteer|benader ME PLEASE? niet_meer|nooit_meer, ik trek mijn toestemming in, \
            vergeet mijn nummer, ME niet_meer|nooit_meer smsen|appen|contacteren|benaderen",
        likely: "laat ME PLEASE? met_rust, val ME niet_meer|niet lastig, STOP met ME lastig_vallen|lastigvallen, \
            rot op, donder op, ga weg, ik heb me? hier|hiervoor? nooit voor? aangemeld|ingeschreven|opgegeven, \
            ik heb hier nooit om gevraagd, ik heb jullie|u|je nooit mijn nummer gegeven, \
            ik wil me afmelden|uitschrijven, stuur ME niets|niks meer",
        wrong: "verkeerd|verkeerde|fout|foute nummer|persoon, \
            u|je|jij|jullie heeft|hebt|hebben|heb het|een|de? verkeerd|verkeerde|foute nummer|persoon, \
            dit|dat is het|een? verkeerd|verkeerde nummer, verkeerd verbonden, u bent verkeerd verbonden, \
            dit is niet|niet_meer zijn|haar nummer, dit is niet het juiste nummer, \
            ik ben niet de persoon die u|je|jullie zoekt|zoeken, er is hier niemand met die|deze naam, \
            hier woont|is niemand met die|deze naam, niemand met die naam hier?",
        bare: "stop, afmelden, uitschrijven",
    },
];
