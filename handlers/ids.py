"""Every command, action, callback and shortcut id, once."""

from typing import Final

# Slash commands, as the manifest names them.
ASK: Final = "/wps"
CONTACTS: Final = "/wps-contacts"
SURVEY: Final = "/wps-survey"
RECOMMEND: Final = "/wps-recommend"
TROIKA: Final = "/wps-troika"
MEETING: Final = "/wps-meeting"
COMMUNIQUE: Final = "/wps-communique"

# Shortcuts, as the manifest names them.
RECOMMEND_MESSAGE: Final = "recommend_message"

# A link button sends a click too; it needs an answer, though there is nothing to do.
OPEN_LINK: Final = "open_link"

# Questions and answers.
ASK_MEMBERS: Final = ("ask_member_1", "ask_member_2", "ask_member_3", "ask_member_4", "ask_member_5")
ASK_HELPED: Final = "ask_helped"
ASK_DID_NOT_HELP: Final = "ask_did_not_help"
ASK_SHARE: Final = "ask_share"
ASK_SECRETARIAT: Final = "ask_secretariat"
QUESTION_DONE: Final = "question_done"
QUESTION_KEEP: Final = "question_keep"
QUESTION_FORM: Final = "question_form"
QUESTION_INPUT: Final = "question_input"
QUESTION_EARLIER: Final = "question_earlier"
QUESTION_LATER: Final = "question_later"

# Surveys.
SURVEY_FORM: Final = "survey_form"
SURVEY_CHANNEL: Final = "survey_channel"
SURVEY_DAY: Final = "survey_day"
SURVEY_TIME: Final = "survey_time"
SURVEY_INPUT: Final = "survey_input"
SURVEY_ANSWER: Final = "survey_answer"
SURVEY_ANSWER_FORM: Final = "survey_answer_form"
SURVEY_RESULTS: Final = "survey_results"
SURVEY_PREVIOUS: Final = "survey_previous"
SURVEY_NEXT: Final = "survey_next"
SURVEY_CLOSE: Final = "survey_close"

# Recommendations, practices and lessons.
RECOMMENDATION_FORM: Final = "recommendation_form"
RECOMMENDATION_INPUT: Final = "recommendation_input"
RECOMMENDATION_ANYWAY_FORM: Final = "recommendation_anyway_form"
RECOMMENDATION_ENDORSE_INSTEAD: Final = "recommendation_endorse_instead"
RECOMMENDATION_SHOW: Final = "recommendation_show"
RECOMMENDATION_ENDORSE: Final = "recommendation_endorse"
RECOMMENDATION_ENDORSE_SHARED: Final = "recommendation_endorse_shared"
RECOMMENDATION_UNENDORSE: Final = "recommendation_unendorse"
RECOMMENDATION_WITHDRAW: Final = "recommendation_withdraw"
RECOMMENDATION_NEWER: Final = "recommendation_newer"
RECOMMENDATION_OLDER: Final = "recommendation_older"
RECOMMENDATION_REVIEW: Final = "recommendation_review"
RECOMMENDATION_ACCEPT: Final = "recommendation_accept"
RECOMMENDATION_DECLINE: Final = "recommendation_decline"
RECOMMENDATION_DECLINE_FORM: Final = "recommendation_decline_form"
RECOMMENDATION_EDIT: Final = "recommendation_edit"
RECOMMENDATION_EDIT_FORM: Final = "recommendation_edit_form"
RECOMMENDATION_HISTORY: Final = "recommendation_history"
RECOMMENDATION_COMPARE: Final = "recommendation_compare"
RECOMMENDATION_MERGE_FORM: Final = "recommendation_merge_form"
RECOMMENDATION_QUEUE_ACCEPT: Final = "recommendation_queue_accept"
RECOMMENDATION_QUEUE_REVIEW: Final = "recommendation_queue_review"

# Meetings.
MEETING_OLDER: Final = "meeting_older"
MEETING_NEWER: Final = "meeting_newer"

# The Troika and its reminders.
TROIKA_SET: Final = "troika_set"
TROIKA_OLDER: Final = "troika_older"
TROIKA_NEWER: Final = "troika_newer"
DUTY_DONE: Final = "duty_done"
DUTY_CHANGE: Final = "duty_change"
DUTY_FORM: Final = "duty_form"
DUTY_INPUT: Final = "duty_input"
DUTY_EARLIER: Final = "duty_earlier"
DUTY_LATER: Final = "duty_later"
REMINDER_FORM: Final = "reminder_form"
REMINDER_SAVE: Final = "reminder_save"
REMINDER_CHANGE: Final = "reminder_change"
REMINDER_INPUT: Final = "reminder_input"
REMINDER_DONE: Final = "reminder_done"
REMINDER_HOUR: Final = "reminder_hour"
REMINDER_TOMORROW: Final = "reminder_tomorrow"
REMINDER_WORKING_DAY: Final = "reminder_working_day"
REMINDER_PAUSE: Final = "reminder_pause"
REMINDER_RESUME: Final = "reminder_resume"
REMINDER_DELETE: Final = "reminder_delete"
REMINDER_EARLIER: Final = "reminder_earlier"
REMINDER_LATER: Final = "reminder_later"

# Contacts.
CONTACT_OPEN: Final = "contact_open"
CONTACT_CHOOSE: Final = "contact_choose"
CONTACT_PREVIOUS: Final = "contact_previous"
CONTACT_NEXT: Final = "contact_next"
CONTACT_HISTORY: Final = "contact_history"
CONTACT_EARLIER: Final = "contact_earlier"
CONTACT_LATER: Final = "contact_later"
CONTACT_EDIT: Final = "contact_edit"
CONTACT_VERIFY: Final = "contact_verify"
CONTACT_ADD: Final = "contact_add"
CONTACT_INPUT: Final = "contact_input"
CONTACT_SINCE: Final = "contact_since"
CONTACT_UNTIL: Final = "contact_until"
CONTACT_ADD_FORM: Final = "contact_add_form"
CONTACT_EDIT_FORM: Final = "contact_edit_form"

# The Home tab.
HOME_ASK: Final = "home_ask"
HOME_ASK_FORM: Final = "home_ask_form"
HOME_QUESTION: Final = "home_question"
HOME_DONE: Final = "home_done"
