//! The words themselves, as [`super::squashed`] leaves them: without case, accents, spaces and marks.

use crate::import::Column;

/// What columns are called; the more telling come first. English, German, French, Spanish, Portuguese, Italian, Dutch, Polish;
/// then Swedish, Danish and Norwegian, Finnish, Czech, Turkish, Hungarian, Romanian, Russian and Ukrainian.
pub(super) const NAMES: &[(Column, &str)] = &[
    (
        Column::OptedOut,
        "optedout optout unsubscribed unsubscribe donotcontact donottext donotcall dnc smsoptout blocked suppressed \
         hasoptedoutofsms smsunsubscribed abgemeldet widerspruch desabonne desinscrit baja descadastrado disiscritto \
         afgemeld uitgeschreven wypisany",
    ),
    (
        Column::ConsentAt,
        "consentat consentdate consenttime consenttimestamp dateofconsent optinat optindate optintime optintimestamp \
         optedinat optedindate subscribedat subscribedate dateoptin signupdate confirmtime smsconsentdate \
         acceptssmsmarketingat einwilligungam einwilligungsdatum datumdereinwilligung zustimmungam zustimmungsdatum \
         dateconsentement datedeconsentement fechaconsentimiento fechadeconsentimiento dataconsentimento \
         datadoconsentimento dataconsenso dataiscrizione toestemmingop datumtoestemming datazgody",
    ),
    (
        Column::ConsentSource,
        "consentsource consentmethod optinsource optinmethod sourceofconsent signupsource subscribedvia \
         smsconsentsource einwilligungsquelle quelledereinwilligung sourceconsentement sourceduconsentement \
         origenconsentimiento origemconsentimento origemdoconsentimento fonteconsenso brontoestemming zrodlozgody",
    ),
    (
        Column::OptedIn,
        "optedin optin consent smsconsent smsoptin subscribed subscriptionstatus smssubscribed smsmarketing \
         acceptssmsmarketing acceptsmarketing marketingconsent agreed permission einwilligung zustimmung \
         smseinwilligung consentement abonne consentimiento suscrito consentimento inscrito consenso iscritto \
         toestemming zgoda samtycke samtykke suostumus souhlas onay hozzajarulas consimtamant согласие згода",
    ),
    (
        Column::FirstName,
        "firstname first fname givenname given forename forenames christianname vorname vornamen rufname prenom \
         prenoms nombredepila primernombre primeironome nomeproprio nomedibattesimo voornaam imie imiona fornamn \
         fornavn etunimi jmeno krestnijmeno keresztnev utonev prenume имя імя",
    ),
    (
        Column::LastName,
        "lastname last lname surname surnames familyname secondname nachname familienname zuname nomdefamille \
         apellido apellidos primerapellido sobrenome ultimonome apelido cognome achternaam familienaam nazwisko \
         efternamn efternavn etternavn sukunimi prijmeni soyadi soyad soyisim vezeteknev csaladnev numedefamilie \
         фамилия прізвище",
    ),
    (
        Column::Name,
        "name fullname contactname customername clientname displayname personname contact customer guest guestname \
         patient patientname member membername recipient who vollername kunde kundenname ansprechpartner kontaktname \
         vorundnachname vornachname nom nomcomplet nometprenom nomprenom client nombre nombrecompleto \
         nombreyapellidos nombreyapellido cliente nome nomecompleto nomecompletto nominativo nomeecognome nomecognome \
         naam volledigenaam klantnaam klant imieinazwisko nazwa klient namn navn nimi celejmeno adsoyad adisoyadi \
         isim ad nev teljesnev nume numecomplet фио полноеимя піб",
    ),
    (
        Column::Email,
        "email emailaddress mail mailaddress emailid primaryemail emailadresse mailadresse courriel adressemail \
         adresseemail correo correoelectronico correoe direccionemail enderecodeemail correioeletronico \
         indirizzoemail postaelettronica emailadres mailadres adresemail epost epostadress sahkoposti eposta emailcim \
         adresaemail почта электроннаяпочта елпошта",
    ),
    (
        Column::Company,
        "company companyname organization organisation organizationname organisationname org business businessname \
         employer firm account accountname workplace firma firmenname unternehmen betrieb arbeitgeber societe \
         entreprise nomdelasociete raisonsociale employeur empresa compania organizacion nombredelaempresa \
         razonsocial nomedaempresa organizacao companhia azienda societa ditta ragionesociale organizzazione bedrijf \
         bedrijfsnaam organisatie nazwafirmy przedsiebiorstwo organizacja foretag foretagsnamn virksomhed selskap \
         bedrift yritys spolecnost sirket sirketadi ceg cegnev companie компания организация компанія",
    ),
    (
        Column::TimeZone,
        "timezone tz zeitzone fuseauhoraire zonahoraria fusohorario fusoorario tijdzone strefaczasowa tidszon \
         tidszone aikavyohyke casovepasmo saatdilimi idozona часовойпояс",
    ),
    (
        Column::Language,
        "language lang locale preferredlanguage sprache langue idioma lingua taal jezyk sprak sprog kieli jazyk dil \
         nyelv limba язык мова",
    ),
    (
        Column::Tags,
        "tags tag labels label groups group segments segment lists list categories groupmembership schlagworte \
         schlagwort gruppe gruppen etiketten etiquettes etiquette groupe groupes etiquetas etiqueta grupo grupos \
         etichette etichetta gruppo gruppi groep groepen etykiety grupa grupy etiketter etiketler cimkek etichete \
         теги метки",
    ),
    (
        Column::Note,
        "note notes comment comments remark remarks description notiz notizen bemerkung bemerkungen anmerkung \
         kommentar commentaire commentaires remarque remarques nota notas comentario comentarios observaciones \
         observacoes osservazioni commento opmerking opmerkingen notitie notatka notatki uwagi anteckning noter \
         huomautus poznamka notlar megjegyzes observatii заметки комментарий примітка",
    ),
];

/// What numbers are called, and how gladly texts go there: mobile telephones first, desks last.
pub(super) const PHONES: &[(u32, &str)] = &[
    (
        30,
        "mobile mobilephone mobilenumber mobileno mobilephonenumber cell cellphone cellphonenumber cellnumber \
         cellular sms smsnumber smsphone textnumber whatsapp whatsappnumber mobil mobiltelefon mobilnummer \
         mobiltelefonnummer mobilfunk mobilfunknummer handy handynummer handynr portable telephoneportable \
         numerodeportable mobiles telmobile gsm movil telefonomovil numerodemovil celular telefonocelular \
         numerodecelular telemovel numerodetelemovel telefonecelular cellulare telefonocellulare numerocellulare \
         mobieltje mobiel mobielnummer mobielenummer telefoonmobiel komorka telefonkomorkowy numerkomorkowy komorkowy \
         mobilnyi matkapuhelin mobilni ceptelefonu cep gsmno мобильный мобильныйтелефон мобільний",
    ),
    (
        20,
        "phone phonenumber phoneno phonenr telephone telephonenumber telephoneno tel telno telnr number contactnumber \
         contactphone customerphone primaryphone mainphone msisdn e164 to recipientphone phone1 phone1value telefon \
         telefonnummer telefonnr rufnummer nummer numerodetelephone notel numero telefono numerodetelefono telefone \
         numerodetelefone numeroditelefono numerotelefono recapito telefoon telefoonnummer telefoonnr numertelefonu \
         nrtelefonu nrtel tlf tlfnr puhelin puhelinnumero telefonnicislo telefonnumarasi telefonno telefonszam \
         numardetelefon телефон номертелефона номер номертелефону",
    ),
    (
        5,
        "homephone homenumber workphone worknumber businessphone officephone otherphone landline phone2 phone2value \
         secondaryphone festnetz telefonprivat telefongeschaftlich privattelefon fixe telephonefixe telfixe fijo \
         telefonofijo fixo telefonefixo fisso telefonofisso vastetelefoon stacjonarny telefonstacjonarny",
    ),
];

/// Whether one of them is this.
pub(super) fn is_among(names: &str, name: &str) -> bool {
    !name.is_empty() && names.split(' ').any(|one| one == name)
}
