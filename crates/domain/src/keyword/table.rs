//! The words. Accents and case are written as usual: both sides are folded before they are compared.
//!
//! A word belongs here if it can hardly be the answer to an ordinary question. So "yes", "no", "ok", "ja", "si", "cancelled"
//! and the bare "cancel" or "enough" of most languages do not; the English ones below are the carriers' and the law's
//! (47 CFR 64.1200(a)(10): stop, quit, end, revoke, opt out, cancel, unsubscribe).

use super::Keyword::{self, Help, Start, Stop};

/// Language, what is asked for, and the words, parted by comma and space.
pub(super) const WORDS: &[(&str, Keyword, &str)] = &[
    // English; the first line is what the carriers know.
    ("en", Stop, "stop, stop all, unsubscribe, cancel, end, quit, revoke, opt out"),
    (
        "en",
        Stop,
        "unsub, unsubscribe me, remove me, please stop, stop please, stop texting, stop texting me, stop messages, stop messaging me, opt me out, do not text me, don't text me, do not contact me, take me off your list",
    ),
    ("en", Help, "help, info"),
    ("en", Start, "start, unstop, opt in, opt me in, resubscribe, subscribe"),
    // Chinese, simplified and traditional; TD is what its carriers print at the end of a text.
    ("zh", Stop, "退订, 退訂, 停止, 停止接收, 停止发送, 停止發送, 取消订阅, 取消訂閱, 拒收, 回复退订, TD退订"),
    ("zh", Help, "帮助, 幫助, 求助"),
    ("zh", Start, "开始, 開始, 订阅, 訂閱, 恢复订阅, 恢復訂閱, 重新订阅, 重新訂閱"),
    (
        "hi",
        Stop,
        "रोकें, रोको, रोकिए, बंद करें, बंद करो, बन्द करें, संदेश बंद करें, स्टॉप, अनसब्सक्राइब, सदस्यता समाप्त करें, सदस्यता रद्द करें",
    ),
    ("hi", Help, "मदद, सहायता, हेल्प"),
    ("hi", Start, "शुरू, शुरू करें, शुरू करो, शुरु करें, प्रारंभ, प्रारंभ करें, स्टार्ट, चालू करें"),
    (
        "es",
        Stop,
        "alto, baja, parar, pare, cancelar, cancelar suscripción, darme de baja, dar de baja, darse de baja, dame de baja, desuscribir, desuscribirme, detener, salir, no más mensajes",
    ),
    ("es", Help, "ayuda, información, asistencia"),
    ("es", Start, "iniciar, comenzar, empezar, suscribir, suscribirme, alta, darme de alta, reanudar"),
    (
        "fr",
        Stop,
        "arrêt, arrêter, arrêtez, stop sms, désabonner, désabonnement, me désabonner, se désabonner, désabonnez-moi, désinscrire, désinscription, me désinscrire, désinscrivez-moi",
    ),
    ("fr", Help, "aide, infos, assistance"),
    ("fr", Start, "démarrer, commencer, reprendre, réabonner, s'abonner, m'abonner, me réabonner"),
    ("ar", Stop, "توقف, توقفوا, أوقف, إيقاف, ايقاف الرسائل, قف, ستوب, إلغاء الاشتراك, الغ الاشتراك, إلغاء اشتراكي"),
    ("ar", Help, "مساعدة, ساعدني, معلومات"),
    ("ar", Start, "ابدأ, بدء, ستارت, اشتراك, اشترك, إعادة الاشتراك, استئناف"),
    ("bn", Stop, "বন্ধ করুন, বন্ধ করো, বন্ধ কর, থামুন, থামান, থামাও, স্টপ, আনসাবস্ক্রাইব, সদস্যতা বাতিল করুন, সাবস্ক্রিপশন বাতিল করুন"),
    ("bn", Help, "সাহায্য, সহায়তা, হেল্প, তথ্য"),
    ("bn", Start, "শুরু, শুরু করুন, শুরু করো, চালু করুন, স্টার্ট, সাবস্ক্রাইব"),
    (
        "pt",
        Stop,
        "parar, pare, sair, cancelar, cancelar inscrição, cancelar assinatura, descadastrar, descadastre-me, descadastrar-me, remover, desinscrever, não quero mais mensagens",
    ),
    ("pt", Help, "ajuda, informação, informações"),
    ("pt", Start, "iniciar, começar, retomar, inscrever, cadastrar, voltar a receber"),
    (
        "ru",
        Stop,
        "стоп, отписаться, отписка, отпишите меня, отменить подписку, прекратить, прекратите, остановить, хватит писать, не пишите мне",
    ),
    ("ru", Help, "помощь, справка, инфо, помогите"),
    ("ru", Start, "старт, начать, подписаться, подписка, возобновить"),
    ("ur", Stop, "بند کریں, بند کرو, بند کر دیں, روکیں, روکو, روک دیں, اسٹاپ, سٹاپ, ان سبسکرائب, رکنیت ختم کریں"),
    ("ur", Help, "مدد, ہیلپ, مدد کریں"),
    ("ur", Start, "شروع, شروع کریں, شروع کرو, اسٹارٹ, سٹارٹ, دوبارہ شروع کریں"),
    (
        "de",
        Stop,
        "stopp, stoppen, abmelden, abmeldung, abbestellen, abbestellung, austragen, bitte abmelden, keine sms mehr, keine nachrichten mehr",
    ),
    ("de", Help, "hilfe"),
    ("de", Start, "starten, wieder anmelden, fortsetzen"),
    ("pl", Stop, "wypisz, wypisz mnie, zatrzymaj, zakończ, rezygnuję, wyrejestruj, koniec"),
    ("pl", Help, "pomoc, informacje"),
    ("pl", Start, "rozpocznij, wznów, zapisz mnie"),
    (
        "it",
        Stop,
        "ferma, fermare, disiscrivi, disiscrivimi, disiscrizione, cancellami, annulla iscrizione, cancella iscrizione",
    ),
    ("it", Help, "aiuto, informazioni"),
    ("it", Start, "inizia, iniziare, iscrivimi, riprendi"),
    ("nl", Stop, "stoppen, afmelden, afmelding, uitschrijven, meld mij af, schrijf mij uit"),
    ("nl", Help, "hulp, helpen"),
    ("nl", Start, "opnieuw aanmelden, hervatten"),
];
