#include "views/firstrun/voyage_step.h"

#include "views/widgets/buttons.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QProgressBar>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using State = SampleVoyage::State;

namespace
{

constexpr int kDisc = 26;
constexpr int kTextLeft = 56;
constexpr int kTextRight = 8;

QString toneOf(State state)
{
    switch (state) {
    case State::Done:
        return u"ok"_s;
    case State::Failed:
        return u"bad"_s;
    case State::Running:
        return u"between"_s;
    case State::Waiting:
        return {};
    }
    return {};
}

} // namespace

VoyageStep::VoyageStep(const Theme &theme, int number, const QString &title, const QString &text,
                       QWidget *parent)
    : QWidget(parent), m_theme(theme), m_number(number),
      m_title(new Label(theme, TextRole::Strong, title)),
      m_text(Label::secondary(theme, TextRole::Body, text)),
      m_words(Label::secondary(theme, TextRole::Body)), m_bar(new QProgressBar),
      m_cancel(makeButton(theme, ButtonKind::Link, tr("Cancel")))
{
    m_text->setWordWrap(true);
    m_text->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_words->setObjectName(u"stepWords"_s);
    m_words->setWordWrap(true);
    m_cancel->setObjectName(u"cancelStep"_s);
    m_bar->setTextVisible(false);
    auto *head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(m_title);
    head->addStretch(1);
    head->addWidget(m_cancel);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(kTextLeft, 9, kTextRight, 9);
    column->setSpacing(4);
    column->addLayout(head);
    column->addWidget(m_text);
    column->addWidget(m_words);
    column->addWidget(m_bar);
    connect(m_cancel, &QPushButton::clicked, this, &VoyageStep::cancelClicked);
    connect(&theme, &Theme::changed, this, [this] { update(); });
}

void VoyageStep::setTexts(const QString &title, const QString &text)
{
    m_title->setText(title);
    m_text->setText(text);
}

void VoyageStep::present(const SampleVoyage::Progress &progress, bool current, bool cancellable)
{
    m_state = progress.state;
    m_current = current;
    m_text->setVisible(current);
    m_words->setText(progress.words);
    m_words->setTone(toneOf(progress.state));
    m_words->setVisible(!progress.words.isEmpty());
    m_bar->setVisible(progress.state == State::Running);
    m_bar->setRange(0, progress.permille < 0 ? 0 : 1000);
    m_bar->setValue(progress.permille);
    m_cancel->setVisible(current && cancellable);
    fitTexts();
    update();
}

// Wrapped texts do not get their height by themselves in a column that is centred.
void VoyageStep::fitTexts()
{
    const int wide = width() - kTextLeft - kTextRight;
    for (Label *label : {m_text, m_words}) {
        label->setMinimumHeight(wide > 0 ? qMax(0, label->heightForWidth(wide)) : 0);
    }
}

void VoyageStep::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fitTexts();
}

void VoyageStep::paintEvent(QPaintEvent *)
{
    const auto &tokens = m_theme.tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_current) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_state == State::Failed ? tokens.bad_tint : tokens.selection);
        painter.drawRoundedRect(rect(), space::kControlRadius, space::kControlRadius);
    }
    const QRectF disc(16, 8, kDisc, kDisc);
    if (m_state == State::Done) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(tokens.ok_tint);
        painter.drawEllipse(disc);
        const auto check = m_theme.pixmap(u"check"_s, tokens.ok, 16, devicePixelRatioF());
        painter.drawPixmap(QPointF(disc.left() + 5, disc.top() + 5), check);
    } else if (m_state == State::Failed || m_state == State::Running) {
        m_theme.drawShape(painter, disc.adjusted(6, 6, -6, -6),
                          m_state == State::Failed ? models::Condition::Failed
                                                   : models::Condition::OnItsWay);
    } else {
        painter.setPen(QPen(m_current ? tokens.accent : tokens.line, 1.5));
        painter.setBrush(tokens.surface);
        painter.drawEllipse(disc.adjusted(1, 1, -1, -1));
        painter.setPen(m_current ? tokens.accent : tokens.secondary);
        painter.setFont(m_theme.font(TextRole::Strong));
        painter.drawText(disc, Qt::AlignCenter, QString::number(m_number));
    }
}

} // namespace slipway::views
