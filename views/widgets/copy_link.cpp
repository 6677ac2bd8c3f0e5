#include "views/widgets/copy_link.h"

#include "views/widgets/buttons.h"
#include "views/widgets/prompter.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

CopyLink::CopyLink(const Theme &theme, Prompter &prompter, QWidget *parent)
    : QWidget(parent), m_prompter(prompter), m_open(makeButton(theme, ButtonKind::Link, {})),
      m_copy(makeIconButton(theme, u"copy"_s, tr("Copy the address")))
{
    m_open->setObjectName(u"openAddress"_s);
    m_open->setToolTip(tr("Open in the browser"));
    m_open->setProperty("flush", true);
    m_copy->setObjectName(u"copyAddress"_s);
    m_copy->setIconSize({15, 15});
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    row->addWidget(m_open);
    row->addWidget(m_copy);
    row->addStretch(1);
    connect(m_open, &QPushButton::clicked, this, [this] {
        if (!m_prompter.openAddress(m_address)) {
            Q_EMIT notOpened(m_address);
        }
    });
    connect(m_copy, &QToolButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(m_address);
        Q_EMIT copied(m_address);
    });
    setAddress({});
}

void CopyLink::setAddress(const QString &address)
{
    m_address = address;
    m_open->setText(address);
    m_open->setVisible(!address.isEmpty());
    m_copy->setVisible(!address.isEmpty());
    setOpenable(address.startsWith(u"http"_s));
}

void CopyLink::setOpenable(bool openable)
{
    m_open->setEnabled(openable);
}

} // namespace slipway::views
