//! Languages in Latin letters: what counts, and what is ordinary talk.

use super::*;

#[test]
fn spanish() {
    counts(
        "es",
        &[
            "Por favor no me manden más mensajes",
            "No me escriban más",
            "Dejen de mandarme mensajes",
            "deja de escribirme por favor",
            "Ya no quiero recibir sus mensajes, gracias",
            "Quítenme de su lista",
            "Borre mi número por favor",
            "no más mensajes de ustedes",
            "Hola. ¿Pueden quitarme de su lista por favor?",
            "denme de baja de esta lista",
            "Déjenme en paz",
            "Yo nunca me suscribí a esto",
            "Número equivocado",
            "Se equivocó de número",
            "No soy la persona que busca",
            "No me contacten nunca más!!",
        ],
    );
    all_say(
        None,
        &[
            "¿Puedo parar un momento en la tienda?",
            "No me manden la factura por correo",
            "no me escriban el código, mándenlo por correo",
            "Quiero cancelar mi cita del viernes",
            "Quítame la cebolla por favor",
            "quíteme de la lista de espera del viernes",
            "Talla equivocada",
            "¿Es este el número correcto para ventas?",
            "me equivoqué de número",
            "Borre mi pedido",
            "¿Cómo me doy de baja?",
            "No me interesa",
            "Deja de llover y voy",
            "No me escriban hasta mañana",
            "no quiero más azúcar",
            "¿Quién es?",
        ],
    );
}

#[test]
fn french() {
    counts(
        "fr",
        &[
            "Arrêtez de m'envoyer des messages s'il vous plaît",
            "Ne m'écrivez plus",
            "Ne m’envoyez plus de SMS",
            "Merci de ne plus me contacter",
            "Je ne veux plus recevoir de messages de votre part",
            "Retirez-moi de votre liste",
            "Supprimez mon numéro svp",
            "Veuillez me désabonner de cette liste",
            "plus de messages merci",
            "Je retire mon consentement",
            "Pouvez-vous me retirer de votre liste ?",
            "Laissez-moi tranquille",
            "Je ne me suis jamais inscrit à ça",
            "Mauvais numéro",
            "Vous vous êtes trompé de numéro",
            "Désolé, vous avez le mauvais numéro",
        ],
    );
    all_say(
        None,
        &[
            "Vous êtes à quel arrêt ?",
            "Ne m'envoyez pas la facture par courrier",
            "ne m'écrivez pas avant 9h",
            "Je voudrais annuler mon rendez-vous de vendredi",
            "Sans oignons, retirez-les",
            "Retirez-moi de la liste d'attente de 15h",
            "Mauvaise taille",
            "C'est le bon numéro pour les ventes ?",
            "je me suis trompé de numéro",
            "Supprimez ma commande",
            "Comment me désabonner ?",
            "Pas intéressé",
            "Arrêtez de fumer en 10 jours, c'est combien ?",
            "je veux plus de messages sur les offres, c'est possible ?",
            "je ne veux plus de fromage",
            "Qui est-ce ?",
        ],
    );
}

#[test]
fn portuguese() {
    counts(
        "pt",
        &[
            "Por favor não me mande mais mensagens",
            "Não me envie mais SMS",
            "Parem de me mandar mensagens",
            "pare de enviar mensagem pra este número",
            "Não quero mais receber suas mensagens",
            "Me tira da sua lista",
            "Remova meu número por favor",
            "Pode me remover da lista de contatos?",
            "não me escreva mais",
            "Retiro o meu consentimento",
            "Me deixa em paz",
            "Nunca me cadastrei nisso",
            "Número errado",
            "Você está com o número errado",
            "Não sou a pessoa que você procura",
            "Apague o meu contato da sua base",
        ],
    );
    all_say(
        None,
        &[
            "Posso parar aí ao meio-dia?",
            "Não me mande a conta por e-mail",
            "não me mandem o código, mandem por e-mail",
            "Quero cancelar minha consulta de sexta",
            "Tira a cebola por favor",
            "me tira da lista das 15h",
            "Tamanho errado",
            "Este é o número certo para vendas?",
            "liguei para o número errado",
            "Apague meu pedido",
            "Como faço para me descadastrar?",
            "Não tenho interesse",
            "Para de chover e eu vou",
            "não me mande mensagem até amanhã",
            "não quero mais açúcar",
            "Quem é?",
        ],
    );
}

#[test]
fn italian() {
    counts(
        "it",
        &[
            "Per favore non mandatemi più messaggi",
            "Non scrivetemi più",
            "Smettetela di mandarmi messaggi",
            "smettila di scrivermi",
            "Non voglio più ricevere i vostri messaggi",
            "Toglietemi dalla vostra lista",
            "Cancellate il mio numero, grazie",
            "Basta messaggi",
            "Potete togliermi dalla lista?",
            "Non contattatemi mai più",
            "Revoco il mio consenso",
            "Lasciatemi in pace",
            "Non mi sono mai iscritto a questo",
            "Numero sbagliato",
            "Avete sbagliato numero",
            "Non sono la persona che cercate",
        ],
    );
    all_say(
        None,
        &[
            "Posso fermarmi a mezzogiorno?",
            "Non mandatemi la fattura per posta",
            "non scrivetemi prima delle 9",
            "Vorrei cancellare l'appuntamento di venerdì",
            "Togliete le cipolle",
            "Toglietemi dalla lista delle 15",
            "Taglia sbagliata",
            "È il numero giusto per le vendite?",
            "ho sbagliato numero",
            "Cancellate il mio ordine",
            "Come faccio a disiscrivermi?",
            "Non mi interessa",
            "Smettila, sei troppo gentile",
            "non mandatemi messaggi fino a domani",
            "Basta zucchero",
            "Chi è?",
        ],
    );
}

#[test]
fn german() {
    counts(
        "de",
        &[
            "Bitte schreiben Sie mir nicht mehr",
            "Schreib mir nie wieder!",
            "Schicken Sie mir keine Nachrichten mehr",
            "Hören Sie auf, mir zu schreiben",
            "hör auf mir SMS zu schicken",
            "Ich möchte keine SMS mehr bekommen",
            "Nehmen Sie mich bitte aus Ihrem Verteiler",
            "Löschen Sie meine Nummer",
            "Bitte löschen Sie meine Nummer aus Ihrer Datenbank, danke",
            "Melden Sie mich bitte ab",
            "Ich widerrufe meine Einwilligung",
            "Keine Werbung mehr bitte",
            "Kontaktieren Sie mich nie wieder",
            "Lassen Sie mich in Ruhe",
            "Ich habe mich nie dafür angemeldet",
            "Falsche Nummer",
            "Sorry, Sie haben die falsche Nummer",
        ],
    );
    all_say(
        None,
        &[
            "Hören Sie auf Ihr Herz",
            "Schreiben Sie mir bitte die Adresse",
            "schreiben Sie mir nicht vor 9 Uhr",
            "Schreib mir nicht, ich fahre gerade",
            "Ich möchte den Termin am Freitag absagen",
            "Nehmen Sie mich bitte von der Liste für den Kurs um 15 Uhr",
            "Keine Zwiebeln mehr bitte",
            "Falsche Größe",
            "Ist das die richtige Nummer für den Verkauf?",
            "Ich habe die falsche Nummer angegeben",
            "Löschen Sie meine Bestellung",
            "Wie melde ich mich vom Newsletter ab?",
            "Schicken Sie mir keine Rechnung mehr per Post",
            "Kein Interesse",
            "Ich will meinen Vertrag kündigen",
            "Wer ist da?",
        ],
    );
}

#[test]
fn dutch() {
    counts(
        "nl",
        &[
            "Stuur mij geen berichten meer",
            "Stop met mij te sms'en",
            "stop met berichten sturen aub",
            "Hou op met mij berichten te sturen",
            "Geen berichten meer alstublieft",
            "Ik wil geen sms meer ontvangen",
            "Haal me van jullie lijst",
            "Verwijder mijn nummer",
            "Kunt u mij uit uw bestand verwijderen?",
            "Schrijf me uit aub",
            "App me nooit meer",
            "Neem geen contact meer met me op",
            "Laat me met rust",
            "Ik heb me hier nooit voor aangemeld",
            "Verkeerd nummer",
            "U heeft het verkeerde nummer",
        ],
    );
    all_say(
        None,
        &[
            "Kan ik om twaalf uur even stoppen?",
            "Stuur mij geen factuur per post",
            "stuur me geen bericht voor 9 uur",
            "Ik wil mijn afspraak van vrijdag afzeggen",
            "Haal de uien eraf",
            "Haal me van de lijst voor de les van 15 uur",
            "Verkeerde maat",
            "Is dit het juiste nummer voor verkoop?",
            "ik had het verkeerde nummer",
            "Verwijder mijn bestelling",
            "Hoe meld ik me af?",
            "Geen interesse",
            "Stop met roken cursus?",
            "Geen suiker meer",
            "app me niet meer vandaag",
            "Wie is dit?",
        ],
    );
}

#[test]
fn polish() {
    counts(
        "pl",
        &[
            "Proszę nie pisać do mnie więcej",
            "Przestańcie do mnie pisać",
            "przestań mi wysyłać wiadomości",
            "Nie wysyłajcie mi więcej SMS-ów",
            "nie wysylaj mi wiecej smsow",
            "Nie chcę otrzymywać waszych wiadomości",
            "Usuńcie mój numer",
            "Proszę usunąć mnie z waszej listy",
            "Wypiszcie mnie, dziękuję",
            "Żadnych więcej SMS-ów",
            "Nie kontaktujcie się ze mną",
            "Wycofuję zgodę",
            "Zostawcie mnie w spokoju",
            "Nigdy się na to nie zapisywałem",
            "Zły numer",
            "To pomyłka",
        ],
    );
    all_say(
        None,
        &[
            "Mogę się zatrzymać o 12?",
            "Nie wysyłajcie mi faktury pocztą",
            "nie pisz do mnie przed 9",
            "Chcę odwołać wizytę w piątek",
            "Bez cebuli proszę",
            "Wypisz mnie z zajęć o 15",
            "Zły rozmiar",
            "Czy to dobry numer do działu sprzedaży?",
            "pomyliłem numer",
            "Usuńcie moje zamówienie",
            "Jak się wypisać?",
            "Nie jestem zainteresowany",
            "Przestań, jesteś zbyt miły",
            "Nie chcę więcej cukru",
            "nie pisz do mnie, prowadzę",
            "Kto to?",
        ],
    );
}
